DROP INDEX mail_object_colour;
DROP INDEX user_account_people;
DROP TABLE word_follow;
DROP TABLE item_word;
