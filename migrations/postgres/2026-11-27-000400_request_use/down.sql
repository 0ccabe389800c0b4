DROP TABLE request_use;
