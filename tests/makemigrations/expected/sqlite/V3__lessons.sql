-- Written by `MAKE_MIGRATION=lessons cargo test` from the models.

-- SQLite cannot change these tables in place. Foreign keys are checked before the commit.
PRAGMA foreign_keys = OFF;

UNDECIDED: keep (1) or (2), and delete this line and the other one: is "lessons" the new name of the table "courses", is "mobile" the new name of "phone" in "members", is "lesson_id" the new name of "course_id" in "member_courses"? If only some are, keep (2), and write RENAME for these.
-- (1) Yes: nothing is lost.
ALTER TABLE "courses" RENAME TO "lessons";

ALTER TABLE "members" RENAME COLUMN "phone" TO "mobile";

ALTER TABLE "member_courses" RENAME COLUMN "course_id" TO "lesson_id";

-- "members" is created again with its rows.
CREATE TABLE "new members" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL UNIQUE,
    "mobile" TEXT,
    "visits" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "address" TEXT GENERATED ALWAYS AS (name || ' <' || email || '>') STORED NOT NULL UNIQUE,
    UNIQUE ("name", "mobile")
) STRICT;
INSERT INTO "new members" ("id", "name", "email", "mobile", "visits", "version")
SELECT
    "id"
    , "name"
    , "email"
    , "mobile"
    ,
UNDECIDED: replace this line by the value (TEXT) of "visits" from the old value, which is INTEGER, such as CAST("visits" AS TEXT)
    ,
UNDECIDED: replace this line by the value (INTEGER) of "version" in the rows that exist, from other columns or a constant
FROM "members";
DELETE FROM sqlite_sequence WHERE name = 'new members';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new members', seq FROM sqlite_sequence WHERE name = 'members';
DROP TABLE "members";
PRAGMA legacy_alter_table = ON; -- views and triggers may name the table
ALTER TABLE "new members" RENAME TO "members";
PRAGMA legacy_alter_table = OFF;

-- "payments" is created again with its rows.
UNDECIDED: delete this line if it is meant that "account_id" of "payments" is dropped with its values
CREATE TABLE "new payments" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "member_id" INTEGER NOT NULL REFERENCES "members" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE,
    "cents" INTEGER NOT NULL
) STRICT;
INSERT INTO "new payments" ("id", "member_id", "cents")
SELECT
    "id"
    ,
UNDECIDED: replace this line by the value (INTEGER) of "member_id" in the rows that exist, from other columns or a constant
    , "cents"
FROM "payments";
DELETE FROM sqlite_sequence WHERE name = 'new payments';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new payments', seq FROM sqlite_sequence WHERE name = 'payments';
DROP TABLE "payments";
PRAGMA legacy_alter_table = ON; -- views and triggers may name the table
ALTER TABLE "new payments" RENAME TO "payments";
PRAGMA legacy_alter_table = OFF;

CREATE INDEX "payments_member_id_b438ec0c_idx" ON "payments" ("member_id");

-- "lessons" is created again with its rows.
CREATE TABLE "new lessons" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "title" TEXT NOT NULL,
    "places" INTEGER NOT NULL
) STRICT;
INSERT INTO "new lessons" ("id", "title", "places")
SELECT
    "id"
    , "title"
    , coalesce("places",
UNDECIDED: replace this line by the value (INTEGER) of "places" in the rows where it is NULL
    )
FROM "lessons";
DELETE FROM sqlite_sequence WHERE name = 'new lessons';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new lessons', seq FROM sqlite_sequence WHERE name = 'lessons';
DROP TABLE "lessons";
PRAGMA legacy_alter_table = ON; -- views and triggers may name the table
ALTER TABLE "new lessons" RENAME TO "lessons";
PRAGMA legacy_alter_table = OFF;

UNDECIDED: delete this line if it is meant that "accounts" is dropped with its rows
DROP TABLE "accounts";
-- (2) No: the old values are deleted.
CREATE TABLE "lessons" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "title" TEXT NOT NULL,
    "places" INTEGER NOT NULL
) STRICT;

-- "members" is created again with its rows.
CREATE TABLE "new members" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL UNIQUE,
    "mobile" TEXT,
    "visits" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "address" TEXT GENERATED ALWAYS AS (name || ' <' || email || '>') STORED NOT NULL UNIQUE,
    UNIQUE ("name", "mobile")
) STRICT;
INSERT INTO "new members" ("id", "name", "email", "visits", "version")
SELECT
    "id"
    , "name"
    , "email"
    ,
UNDECIDED: replace this line by the value (TEXT) of "visits" from the old value, which is INTEGER, such as CAST("visits" AS TEXT)
    ,
UNDECIDED: replace this line by the value (INTEGER) of "version" in the rows that exist, from other columns or a constant
FROM "members";
DELETE FROM sqlite_sequence WHERE name = 'new members';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new members', seq FROM sqlite_sequence WHERE name = 'members';
DROP TABLE "members";
PRAGMA legacy_alter_table = ON; -- views and triggers may name the table
ALTER TABLE "new members" RENAME TO "members";
PRAGMA legacy_alter_table = OFF;

-- "payments" is created again with its rows.
UNDECIDED: delete this line if it is meant that "account_id" of "payments" is dropped with its values
CREATE TABLE "new payments" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "member_id" INTEGER NOT NULL REFERENCES "members" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY IMMEDIATE,
    "cents" INTEGER NOT NULL
) STRICT;
INSERT INTO "new payments" ("id", "member_id", "cents")
SELECT
    "id"
    ,
UNDECIDED: replace this line by the value (INTEGER) of "member_id" in the rows that exist, from other columns or a constant
    , "cents"
FROM "payments";
DELETE FROM sqlite_sequence WHERE name = 'new payments';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new payments', seq FROM sqlite_sequence WHERE name = 'payments';
DROP TABLE "payments";
PRAGMA legacy_alter_table = ON; -- views and triggers may name the table
ALTER TABLE "new payments" RENAME TO "payments";
PRAGMA legacy_alter_table = OFF;

CREATE INDEX "payments_member_id_b438ec0c_idx" ON "payments" ("member_id");

-- "member_courses" is created again with its rows.
CREATE TABLE "new member_courses" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "member_id" INTEGER NOT NULL REFERENCES "members" ("id") DEFERRABLE INITIALLY IMMEDIATE,
    "lesson_id" INTEGER NOT NULL REFERENCES "lessons" ("id") DEFERRABLE INITIALLY IMMEDIATE,
    UNIQUE ("member_id", "lesson_id")
) STRICT;
INSERT INTO "new member_courses" ("id", "member_id", "lesson_id")
SELECT
    "id"
    , "member_id"
    ,
UNDECIDED: replace this line by the value (INTEGER) of "lesson_id" in the rows that exist, from other columns or a constant
FROM "member_courses";
DELETE FROM sqlite_sequence WHERE name = 'new member_courses';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new member_courses', seq FROM sqlite_sequence WHERE name = 'member_courses';
DROP TABLE "member_courses";
PRAGMA legacy_alter_table = ON; -- views and triggers may name the table
ALTER TABLE "new member_courses" RENAME TO "member_courses";
PRAGMA legacy_alter_table = OFF;

CREATE INDEX "member_courses_lesson_id_3d2c4836_idx" ON "member_courses" ("lesson_id");

UNDECIDED: delete this line if it is meant that "accounts" is dropped with its rows
DROP TABLE "accounts";

DROP TABLE "courses";
-- end of (2)
