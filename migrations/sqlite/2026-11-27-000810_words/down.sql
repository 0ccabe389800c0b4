DELETE FROM sqlite_stat1 WHERE tbl = 'item_word' OR idx = 'mail_object_colour';
DROP INDEX mail_object_colour;
DROP INDEX user_account_people;
DROP TABLE word_follow;
DROP TABLE item_word;
