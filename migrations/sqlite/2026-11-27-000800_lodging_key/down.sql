DROP TABLE lodging_key;
