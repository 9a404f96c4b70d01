//! Timestamps, dates and times of jiff, of its versions 1 and 0.2.
//!
//! A column keeps microseconds. A finer time is rounded down, towards the past, so that the order of two timestamps never changes.

/// Implements the columns for one version of jiff. The versions have the same functions.
macro_rules! columns_of {
    ($jiff:ident) => {
        use $jiff::Timestamp;
        use $jiff::civil::{Date, DateTime, Time};

        use crate::calendar::{MICROS_PER_DAY, MICROS_PER_SECOND, civil, days};
        use crate::column::{Column, ColumnType, time};
        use crate::value::{ColumnError, ValueRef};

        /// A timestamp: `TIMESTAMP WITH TIME ZONE` in PostgreSQL, text in UTC in SQLite.
        #[diagnostic::do_not_recommend]
        impl Column for Timestamp {
            const TYPE: ColumnType = ColumnType::Timestamp;

            fn to_value(&self) -> ValueRef<'_> {
                ValueRef::Timestamp(
                    self.as_second() * MICROS_PER_SECOND + i64::from(self.subsec_nanosecond()).div_euclid(1000),
                )
            }

            fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
                // `from_microsecond` refuses the last second.
                let read = time::timestamp(value).and_then(|micros| {
                    let nanos = i32::try_from(micros.rem_euclid(MICROS_PER_SECOND) * 1000).ok()?;
                    Self::new(micros.div_euclid(MICROS_PER_SECOND), nanos).ok()
                });
                read.ok_or_else(|| ColumnError::new("a timestamp of the years -9999 to 9999", value))
            }

            fn settle(&mut self) {
                if let Ok(settled) = Self::from_value(self.to_value()) {
                    *self = settled;
                }
            }
        }

        /// A date and time without a time zone: `TIMESTAMP` in PostgreSQL, text in SQLite.
        #[diagnostic::do_not_recommend]
        impl Column for DateTime {
            const TYPE: ColumnType = ColumnType::DateTime;

            fn to_value(&self) -> ValueRef<'_> {
                ValueRef::DateTime(i64::from(days_of(self.date())) * MICROS_PER_DAY + micros_of(self.time()))
            }

            fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
                let read = time::date_time(value).and_then(|micros| {
                    let date = date(micros.div_euclid(MICROS_PER_DAY))?;
                    Some(Self::from_parts(date, time_of_day(micros.rem_euclid(MICROS_PER_DAY))?))
                });
                read.ok_or_else(|| ColumnError::new("a date and time of the years -9999 to 9999", value))
            }

            fn settle(&mut self) {
                let mut time = self.time();
                time.settle();
                *self = Self::from_parts(self.date(), time);
            }
        }

        /// A date: `DATE` in PostgreSQL, text in SQLite.
        #[diagnostic::do_not_recommend]
        impl Column for Date {
            const TYPE: ColumnType = ColumnType::Date;

            fn to_value(&self) -> ValueRef<'_> {
                ValueRef::Date(days_of(*self))
            }

            fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
                let read = time::date(value).and_then(|days| date(days.into()));
                read.ok_or_else(|| ColumnError::new("a date of the years -9999 to 9999", value))
            }
        }

        /// A time of day: `TIME` in PostgreSQL, text in SQLite.
        #[diagnostic::do_not_recommend]
        impl Column for Time {
            const TYPE: ColumnType = ColumnType::Time;

            fn to_value(&self) -> ValueRef<'_> {
                ValueRef::Time(micros_of(*self))
            }

            fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
                time::time(value)
                    .and_then(time_of_day)
                    .ok_or_else(|| ColumnError::new("a time from 00:00 to before 24:00", value))
            }

            fn settle(&mut self) {
                if let Some(settled) = time_of_day(micros_of(*self)) {
                    *self = settled;
                }
            }
        }

        fn days_of(date: Date) -> i32 {
            let days = days(date.year().into(), date.month().into(), date.day().into());
            i32::try_from(days).expect("the days of 20,000 years can be counted")
        }

        fn date(day: i64) -> Option<Date> {
            let (year, month, day) = civil(day);
            Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
        }

        fn micros_of(time: Time) -> i64 {
            let minutes = i64::from(time.hour()) * 60 + i64::from(time.minute());
            (minutes * 60 + i64::from(time.second())) * MICROS_PER_SECOND + i64::from(time.subsec_nanosecond() / 1000)
        }

        fn time_of_day(micros: i64) -> Option<Time> {
            let (seconds, micros) = (micros.div_euclid(MICROS_PER_SECOND), micros.rem_euclid(MICROS_PER_SECOND));
            let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
            let nanos = (micros * 1000).try_into().ok()?;
            Time::new(hour.try_into().ok()?, minute.try_into().ok()?, second.try_into().ok()?, nanos).ok()
        }
    };
}

#[cfg(feature = "jiff")]
mod version_1 {
    columns_of!(jiff);
}
#[cfg(feature = "jiff-0_2")]
mod version_0_2 {
    columns_of!(jiff_0_2);
}
