-- Events about no item: a subscription that fails, a secret that ends. They have an id of their own in object_pid, and say in detail what
-- happened.
ALTER TABLE event
    ALTER COLUMN item_id DROP NOT NULL,
    ALTER COLUMN flow DROP NOT NULL,
    ALTER COLUMN orig_post DROP NOT NULL,
    ALTER COLUMN dest_post DROP NOT NULL,
    ADD COLUMN detail TEXT;
