-- Where the events of an item are sent at its declarer's wish: the callback host, and the address there.
ALTER TABLE item_place ADD COLUMN callback BLOB;
ALTER TABLE item_place ADD COLUMN callback_url TEXT;
