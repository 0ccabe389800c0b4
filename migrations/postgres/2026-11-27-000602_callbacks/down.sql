ALTER TABLE item_place DROP COLUMN callback_url;
ALTER TABLE item_place DROP COLUMN callback;
