#![doc = include_str!("../docs/guide/links.md")]
//!
#![doc = include_str!("../docs/guide/README.md")]
// The links of a chapter lead to files, for readers of the repository. In a document, the first definition of a link counts:
// those of `links.md` lead to the same chapters on these pages.

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/01-a-model-and-a-receiver.md")]
pub mod chapter_01 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/02-created-changed-filters.md")]
pub mod chapter_02 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/03-transactions.md")]
pub mod chapter_03 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/04-after-the-commit.md")]
pub mod chapter_04 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/05-relations-and-cascades.md")]
pub mod chapter_05 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/06-many-to-many.md")]
pub mod chapter_06 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/07-several-crates.md")]
pub mod chapter_07 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/08-order.md")]
pub mod chapter_08 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/09-testing.md")]
pub mod chapter_09 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/10-errors.md")]
pub mod chapter_10 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/11-production.md")]
pub mod chapter_11 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/12-signals-of-your-own.md")]
pub mod chapter_12 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/13-queries.md")]
pub mod chapter_13 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/14-context.md")]
pub mod chapter_14 {}

#[doc = include_str!("../docs/guide/links.md")]
#[doc = ""]
#[doc = include_str!("../docs/guide/15-what-must-not-be-lost.md")]
pub mod chapter_15 {}
