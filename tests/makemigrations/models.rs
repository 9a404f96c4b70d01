//! The models of three steps.

/// Members have accounts.
pub(crate) mod first {
    use signals::prelude::*;

    pub(crate) type All = (Member, Account);

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Member {
        #[key]
        id: Id<Member>,
        name: String,
        phone: Option<String>,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Account {
        #[key]
        id: Id<Account>,
        #[one_to_one(on_delete = cascade)]
        member: Id<Member>,
        balance: i64,
    }
}

/// They pay, and attend courses.
pub(crate) mod second {
    use signals::prelude::*;

    pub(crate) type All = (Member, Account, Payment, Course);

    #[model(index(name, phone))]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Member {
        #[key]
        id: Id<Member>,
        name: String,
        #[unique]
        email: String,
        phone: Option<String>,
        visits: i64,
        #[many_to_many]
        courses: ManyToMany<Course>,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Account {
        #[key]
        id: Id<Account>,
        #[one_to_one(on_delete = cascade)]
        member: Id<Member>,
        balance: i64,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Payment {
        #[key]
        id: Id<Payment>,
        #[foreign_key(on_delete = cascade)]
        account: Id<Account>,
        cents: i64,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Course {
        #[key]
        id: Id<Course>,
        title: String,
        places: Option<i64>,
    }
}

/// Names change, and accounts are gone.
pub(crate) mod third {
    use signals::prelude::*;

    pub(crate) type All = (Member, Payment, Lesson);

    #[model(unique(name, mobile))]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Member {
        #[key]
        id: Id<Member>,
        name: String,
        #[unique]
        email: String,
        mobile: Option<String>,
        visits: String,
        #[many_to_many]
        courses: ManyToMany<Lesson>,
        #[version]
        version: i64,
        #[read_only(generated = "name || ' <' || email || '>'")]
        #[unique]
        address: String,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Payment {
        #[key]
        id: Id<Payment>,
        #[foreign_key(on_delete = db_cascade)]
        member: Id<Member>,
        cents: i64,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(crate) struct Lesson {
        #[key]
        id: Id<Lesson>,
        title: String,
        places: i64,
    }
}
