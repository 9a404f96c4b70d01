//! The types of Rust itself.

use signals::prelude::*;

use super::every_way;
use crate::databases::on_each_database;

on_each_database!(i8s, i16s, i32s, i64s, u8s, u16s, u32s, bools, f32s, f64s, texts, bytes);

every_way!(i8s: i8 = [i8::MIN, -1, 0, i8::MAX]);
every_way!(i16s: i16 = [i16::MIN, i16::MAX]);
every_way!(i32s: i32 = [i32::MIN, i32::MAX]);
every_way!(i64s: i64 = [i64::MIN, i64::MIN + 1, -1, 0, 1 << 53, (1 << 53) + 1, i64::MAX]);
every_way!(u8s: u8 = [0, u8::MAX]);
every_way!(u16s: u16 = [u16::MAX]);
every_way!(u32s: u32 = [u32::MAX]);
every_way!(bools: bool = [true, false]);
every_way!(f32s: f32 = [f32::MIN, f32::MAX, f32::MIN_POSITIVE, 1e-45, 0.1, 0.0, f32::INFINITY, f32::NEG_INFINITY]);
every_way!(f64s: f64 = [
    f64::MIN,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    0.1,
    0.0,
    9_007_199_254_740_993.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
]);
every_way!(texts: String = texts_of_the_world(), |value| value.as_str());
every_way!(bytes: Vec<u8> = [vec![], vec![0], (0..=255).collect(), b"'; DROP TABLE samples; --".to_vec()]);

fn texts_of_the_world() -> Vec<String> {
    let texts = [
        "",
        " ",
        "NULL",
        "\u{feff}",
        "\\",
        "%_",
        "\r\n\t",
        "'; DROP TABLE samples; --",
        "\"select\"",
        "$1 ?1 :a",
        "caf\u{e9} and cafe\u{301}",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{10ffff}\u{d7ff}\u{e000}",
        "\u{202e}right to left",
    ];
    texts.map(str::to_owned).to_vec()
}
