-- Written by `MAKE_MIGRATION=courses cargo test` from the models.

-- SQLite cannot change these tables in place. Foreign keys are checked before the commit.
PRAGMA foreign_keys = OFF;

CREATE TABLE "payments" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "account_id" INTEGER NOT NULL REFERENCES "accounts" ("id") DEFERRABLE INITIALLY IMMEDIATE,
    "cents" INTEGER NOT NULL
) STRICT;

CREATE INDEX "payments_account_id_ba2a9c1b_idx" ON "payments" ("account_id");

CREATE TABLE "courses" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "title" TEXT NOT NULL,
    "places" INTEGER
) STRICT;

CREATE TABLE "member_courses" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "member_id" INTEGER NOT NULL REFERENCES "members" ("id") DEFERRABLE INITIALLY IMMEDIATE,
    "course_id" INTEGER NOT NULL REFERENCES "courses" ("id") DEFERRABLE INITIALLY IMMEDIATE,
    UNIQUE ("member_id", "course_id")
) STRICT;

CREATE INDEX "member_courses_course_id_aaba26cd_idx" ON "member_courses" ("course_id");

-- "members" is created again with its rows.
CREATE TABLE "new members" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL UNIQUE,
    "phone" TEXT,
    "visits" INTEGER NOT NULL
) STRICT;
INSERT INTO "new members" ("id", "name", "email", "phone", "visits")
SELECT
    "id"
    , "name"
    ,
UNDECIDED: replace this line by the value (TEXT) of "email" in the rows that exist, from other columns or a constant
    , "phone"
    ,
UNDECIDED: replace this line by the value (INTEGER) of "visits" in the rows that exist, from other columns or a constant
FROM "members";
DELETE FROM sqlite_sequence WHERE name = 'new members';
INSERT INTO sqlite_sequence (name, seq) SELECT 'new members', seq FROM sqlite_sequence WHERE name = 'members';
DROP TABLE "members";
PRAGMA legacy_alter_table = ON; -- views and triggers may name the table
ALTER TABLE "new members" RENAME TO "members";
PRAGMA legacy_alter_table = OFF;

CREATE INDEX "members_name_phone_3152fa23_idx" ON "members" ("name", "phone");
