-- The words that items are searched by: small letters and digits. Hidden ones are of declarations that customs does not see yet.
CREATE TABLE item_word (
    post_org TEXT NOT NULL,
    word TEXT NOT NULL,
    object_pid BLOB NOT NULL,
    hidden BOOLEAN NOT NULL,
    PRIMARY KEY (post_org, word, object_pid)
) WITHOUT ROWID;
CREATE INDEX item_word_object ON item_word (post_org, object_pid);
-- How far the changes of a post were looked at for words.
CREATE TABLE word_follow (
    post_org TEXT NOT NULL PRIMARY KEY,
    change_no BIGINT NOT NULL
) WITHOUT ROWID;
-- People who sign in: where there are any, words are kept.
CREATE INDEX user_account_people ON user_account (org) WHERE roles <> '';
-- Items by the colour of their light.
CREATE INDEX mail_object_colour ON mail_object (post_org, (light >> 56), pid) WHERE light IS NOT NULL;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('item_word', 'item_word', '700000 140000 20 1'),
    ('item_word', 'item_word_object', '700000 140000 7'),
    ('mail_object', 'mail_object_colour', '100000 20000 7000 1');
