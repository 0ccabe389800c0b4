DROP TABLE item_place;
