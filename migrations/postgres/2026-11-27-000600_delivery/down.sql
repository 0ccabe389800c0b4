DROP TABLE replay;
DROP TABLE delivery_attempt;
DROP TABLE delivery;
DROP TABLE subscription_secret;
DROP TABLE subscription_cursor;
DROP TABLE subscription;
