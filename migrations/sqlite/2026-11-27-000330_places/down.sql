DELETE FROM sqlite_stat1 WHERE tbl = 'item_place';
DROP TABLE item_place;
