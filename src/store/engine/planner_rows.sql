-- Rows of the shape that tables have once there is mail: a few rows of each item. They are put in, analysed and taken out again, so
-- that PostgreSQL knows from the first row on that a post has many items and an id means one. No organization is called like
-- these two.
CREATE TEMPORARY TABLE shape ON COMMIT DROP AS
    SELECT n, '?' || n % 2 AS post, gen_random_uuid() AS pid,
        'CP' || lpad(n::text, 9, '0') || 'XX' AS item, decode(md5(n::text) || md5((n + 1)::text), 'hex') AS hash,
        timestamptz '2026-01-01' + n * interval '1 minute' AS at
    FROM generate_series(1, 2000) AS n;

INSERT INTO mail_object (post_org, pid, item_id, orig_post, dest_post, life_no, flow, mail_class, mail_state, posting_dt,
        customs_visible, has_response, has_dc_response, head_seq, head_hash, created_at, changed_at, light, security_state)
    SELECT post, pid, item, '?0', '?' || n / 2 % 2, 1, CASE WHEN n % 3 = 0 THEN 'I' ELSE 'O' END, 'C',
        CASE WHEN n % 3 > 0 THEN n % 5 END, at, TRUE, n % 4 > 0, n % 5 > 0, 1, hash, at, at, (n % 3)::bigint << 56,
        CASE WHEN n % 20 = 0 THEN 'ASSESSED' END
    FROM shape;
INSERT INTO change (post_org, pid, number) SELECT post, pid, CASE WHEN n % 50 > 0 THEN n END FROM shape;
INSERT INTO declaration (post_org, object_pid, pid, state_cd, seen, sent, version_no, digest, declared_by)
    SELECT post, pid, gen_random_uuid(), 2, TRUE, TRUE, 1, hash, post FROM shape;
INSERT INTO response (post_org, object_pid, side, pid, state_cd, author_org, sent, decided_at, version_no, digest)
    SELECT post, pid, side, gen_random_uuid(), 55, '?', TRUE, at, 1, hash
    FROM shape, (VALUES ('O'), ('D')) AS sides (side) WHERE n % 4 > 0;
INSERT INTO document_version (post_org, object_pid, kind, version_no, digest)
    SELECT post, pid, 'D', version_no, hash FROM shape, generate_series(1, 3) AS version_no;
INSERT INTO decision (post_org, object_pid, side, version_no, author_org, author_rank, fiscal_state, place, decided_at,
        received_at, digest, beside_customs, state_cd, sent)
    SELECT post, pid, 'O', version_no, '?' || n / 2 % 2, 3, 'CLEARED', n, at, at, hash, FALSE, 55, TRUE
    FROM shape, generate_series(1, 2) AS version_no;
INSERT INTO handed (post_org, object_pid, customs_org, version, first_at)
    SELECT post, pid, '?' || n / 2 % 2, hash, at FROM shape;
INSERT INTO item_history (post_org, object_pid, seq, at, actor_org, event, detail, hash)
    SELECT post, pid, seq, at, post, 'declaration.final', '{}', hash FROM shape, generate_series(1, 3) AS seq;
INSERT INTO referral (post_org, object_pid, reference, code, raised_by, event_at, pending, created_at, digest)
    SELECT post, pid, 'R' || no, 'RF' || n % 5, '?', at, n % 10 = 0, at, hash
    FROM shape, generate_series(1, 2) AS no;
INSERT INTO referral_response (post_org, object_pid, pid, reference, code, answered_by, event_at, created_at, digest)
    SELECT post, pid, gen_random_uuid(), 'R1', 'R' || n % 5, '?', at, at, hash FROM shape;
INSERT INTO message_out (post_org, id, partner, sender, kind, withdraws, item_id, object_pid, item_seq, digest, state,
        interchange, created_at)
    SELECT post, gen_random_uuid(), '?' || n / 2 % 2, post, 'ITMATT', FALSE, item, pid, 1, hash, CASE WHEN n % 50 = 0 THEN 0 ELSE 2 END,
        CASE WHEN n % 50 > 0 THEN 'I' || n / 50 END, at
    FROM shape;
INSERT INTO item_in (recipient, sender, reference, message_no, item_no, kind, item_id, made_at, fate, at)
    SELECT post, '?' || n / 2 % 2, 'I' || n / 50, 1, n, 'ITMATT', item, at, CASE WHEN n % 50 = 0 THEN 3 ELSE 0 END, at FROM shape;
INSERT INTO post_seal (post_org, seal_no, sealed_at, through_no, items, leaves, root, hash)
    SELECT post, n, at, n, 1, hash, hash, hash FROM shape;
INSERT INTO anonymous_declaration (post_org, id, pid, created_at, changed_at, expires_at, final_id, body, other)
    SELECT post, item, pid, at, at, at, CASE WHEN n % 5 > 0 THEN item END, '', '' FROM shape;
INSERT INTO record_history (org, kind, id, seq, at, actor_org, event, hash)
    SELECT post, 'good', item, seq, at, post, 'changed', hash FROM shape, generate_series(1, 3) AS seq;
INSERT INTO record_head (org, kind, id, seq, hash, seal_no)
    SELECT post, 'good', item, 1, hash, CASE WHEN n % 50 > 0 THEN 1 END FROM shape;
INSERT INTO mark (author_org, item_id, orig_post, operation, set_at) SELECT post, item, '?0', 4, at FROM shape;
INSERT INTO retired_mark (post_org, object_pid, head_seq) SELECT post, pid, 1 FROM shape;
INSERT INTO event (post_org, event_no, object_pid, seq, part, at, event_type, item_id, flow, orig_post, dest_post, audience)
    SELECT post, n * 3 + seq, pid, seq, 'c', at, 'declaration.stored', item, 'O', '?0', '?1', 'A'
    FROM shape, generate_series(1, 3) AS seq;
INSERT INTO item_place (post_org, object_pid, receptacle, despatch, external_ref)
    SELECT post, pid, 'R' || n / 50, 'D' || n / 500, 'E' || n FROM shape;
INSERT INTO item_word (post_org, word, object_pid, hidden)
    SELECT post, 'w' || (n * 7 + no) % 300, pid, FALSE FROM shape, generate_series(1, 7) AS no;
INSERT INTO ingestion (org, id, kind, media, options, sha256, request_digest, dry_run, state, next_index, rows_read, created, changed, unchanged,
        refused, warnings, findings, received_at)
    SELECT post, pid, 'declarations', 'json', '{}', hash, hash, FALSE, CASE WHEN n % 50 = 0 THEN 0 ELSE 2 END, 0, 0, 0, 0, 0, 0, 0, 0, at FROM shape;
INSERT INTO ingestion_bytes (org, id, bytes) SELECT post, pid, hash FROM shape;
INSERT INTO ingestion_finding (org, ingestion, number, body) SELECT post, pid, no, '{}' FROM shape, generate_series(1, 3) AS no;
INSERT INTO ingestion_item (org, ingestion, number, outcome, members) SELECT post, pid, no, 'refused', '[]' FROM shape, generate_series(1, 3) AS no;
INSERT INTO courier_declaration (org, id, consignment_note, object_pid, kind, request, digest, created_at)
    SELECT post, n, n::text, pid, 'N', '', '', at FROM shape;
INSERT INTO light_due (post_org, item_id, at) SELECT post, item, at FROM shape;
INSERT INTO delivery (org, subscription, seq_no, post_org, event_no, object_pid, item_id, state, is_replay, run, attempts, tries, next_at,
        lined_up_at)
    SELECT post, md5(post || n % 4)::uuid, n, post, n, pid, item, CASE n % 20 WHEN 0 THEN 'waiting' WHEN 1 THEN 'given-up' ELSE 'delivered' END,
        FALSE, 0, 0, 1, at, at
    FROM shape;
INSERT INTO delivery_attempt (org, subscription, seq_no, run, attempt_no, at, cause, ms)
    SELECT post, md5(post || n % 4)::uuid, n, 0, no, at, 'new', 1 FROM shape, generate_series(1, 2) AS no;
SET CONSTRAINTS ALL IMMEDIATE;
