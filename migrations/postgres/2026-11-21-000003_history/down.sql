DROP TABLE seal_entry;
DROP TABLE seal;
DROP TABLE item_history;
