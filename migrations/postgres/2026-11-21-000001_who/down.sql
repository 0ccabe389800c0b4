DROP TABLE session;
DROP TABLE user_office;
DROP TABLE user_account;
DROP TABLE office;
DROP TABLE security_token;
DROP TABLE organization;
