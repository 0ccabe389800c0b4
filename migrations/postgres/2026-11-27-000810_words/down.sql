DROP INDEX mail_object_colour;
DROP TABLE word_follow;
DROP TABLE item_word;
