DELETE FROM sqlite_stat1 WHERE tbl IN ('delivery', 'delivery_attempt');
DROP TABLE replay;
DROP TABLE delivery_attempt;
DROP TABLE delivery;
DROP TABLE subscription_secret;
DROP TABLE subscription_cursor;
DROP TABLE subscription;
