-- What items lie in, as far as that is known: few have it.
CREATE TABLE item_place (
    post_org TEXT NOT NULL,
    object_pid UUID NOT NULL,
    receptacle TEXT,
    despatch TEXT,
    PRIMARY KEY (post_org, object_pid)
);
CREATE INDEX item_place_receptacle ON item_place (post_org, receptacle, object_pid) WHERE receptacle IS NOT NULL;
CREATE INDEX item_place_despatch ON item_place (post_org, despatch, object_pid) WHERE despatch IS NOT NULL;
