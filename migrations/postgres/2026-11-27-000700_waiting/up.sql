-- What the people of a post work off: referrals that wait for their answer, those due first first; drafts; what did not get
-- through to others.
CREATE INDEX referral_waiting ON referral (post_org, due_at, object_pid) WHERE pending;
CREATE INDEX declaration_draft ON declaration (post_org, object_pid) WHERE state_cd = 1;
CREATE INDEX message_out_mending ON message_out (post_org, id) WHERE state IN (3, 4);
