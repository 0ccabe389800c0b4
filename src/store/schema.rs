//! The tables, as `migrations/` makes them on both engines.

diesel::table! {
    organization (code) {
        code -> Text,
        kind -> Text,
        country -> Text,
        name -> Text,
        customs -> Nullable<Text>,
        remote -> Bool,
        time_zone -> Text,
        creates_users -> Bool,
        created_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    organization_setting (org, name) {
        org -> Text,
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    security_token (digest) {
        digest -> Binary,
        org -> Text,
        label -> Text,
        created_at -> crate::store::types::DbTime,
        expires_at -> Nullable<crate::store::types::DbTime>,
        revoked_at -> Nullable<crate::store::types::DbTime>,
        scopes -> Nullable<Text>,
        last_used_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    oauth_client (id) {
        id -> Text,
        org -> Text,
        label -> Text,
        source_system -> Nullable<Text>,
        scopes -> Text,
        offices -> Nullable<Text>,
        user_cd -> Nullable<Text>,
        office_cd -> Nullable<Text>,
        token_seconds -> Integer,
        created_at -> crate::store::types::DbTime,
        expires_at -> Nullable<crate::store::types::DbTime>,
        disabled_at -> Nullable<crate::store::types::DbTime>,
        real_status -> Bool,
        document_links -> Bool,
    }
}

diesel::table! {
    courier_declaration (org, id) {
        org -> Text,
        id -> BigInt,
        consignment_note -> Text,
        object_pid -> Nullable<crate::store::types::DbId>,
        kind -> Text,
        client -> Nullable<Text>,
        request -> crate::store::text::DbText,
        digest -> Binary,
        notified -> Nullable<Binary>,
        created_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    courier_block (org) {
        org -> Text,
        next_id -> BigInt,
    }
}

diesel::table! {
    oauth_secret (digest) {
        digest -> Binary,
        client -> Text,
        created_at -> crate::store::types::DbTime,
        expires_at -> Nullable<crate::store::types::DbTime>,
        revoked_at -> Nullable<crate::store::types::DbTime>,
        last_used_at -> Nullable<crate::store::types::DbTime>,
        warned -> Integer,
    }
}

diesel::table! {
    access_token (digest) {
        digest -> Binary,
        client -> Text,
        org -> Text,
        scopes -> Text,
        created_at -> crate::store::types::DbTime,
        expires_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    office (code) {
        code -> Text,
        org -> Text,
        name -> Text,
    }
}

diesel::table! {
    user_account (org, user_cd) {
        org -> Text,
        user_cd -> Text,
        password_hash -> Nullable<Text>,
        created_by -> Text,
        created_at -> crate::store::types::DbTime,
        roles -> Text,
        display_name -> Text,
        language -> Nullable<Text>,
        theme -> Nullable<Text>,
        locked_at -> Nullable<crate::store::types::DbTime>,
        password_changed_at -> Nullable<crate::store::types::DbTime>,
        factor -> Nullable<Text>,
        factor_at -> Nullable<crate::store::types::DbTime>,
        factor_step -> Nullable<BigInt>,
    }
}

diesel::table! {
    reset_link (org, user_cd) {
        org -> Text,
        user_cd -> Text,
        digest -> Binary,
        expires_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    recovery_code (org, user_cd, digest) {
        org -> Text,
        user_cd -> Text,
        digest -> Binary,
    }
}

diesel::table! {
    user_office (org, user_cd, office) {
        org -> Text,
        user_cd -> Text,
        office -> Text,
    }
}

diesel::table! {
    template (org, owner, name) {
        org -> Text,
        owner -> Text,
        name -> Text,
        shared -> Bool,
        body -> Text,
        changed_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    session (digest) {
        digest -> Binary,
        org -> Text,
        user_cd -> Text,
        office -> Text,
        created_at -> crate::store::types::DbTime,
        seen_at -> crate::store::types::DbTime,
        expires_at -> crate::store::types::DbTime,
        token -> Binary,
    }
}

diesel::table! {
    web_session (digest) {
        digest -> Binary,
        kind -> Text,
        org -> Text,
        user_cd -> Text,
        office -> Nullable<Text>,
        created_at -> crate::store::types::DbTime,
        seen_at -> crate::store::types::DbTime,
        expires_at -> crate::store::types::DbTime,
        agent -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    mail_object (post_org, pid) {
        post_org -> Text,
        pid -> crate::store::types::DbId,
        item_id -> Text,
        orig_post -> Text,
        dest_post -> Text,
        life_no -> Integer,
        flow -> Text,
        partner_country -> Nullable<Text>,
        mail_class -> Nullable<Text>,
        mail_category -> Nullable<Text>,
        type_cd -> Nullable<Text>,
        local_id -> Nullable<Text>,
        local_id2 -> Nullable<Text>,
        mail_state -> Nullable<Integer>,
        mail_state_remarks -> Nullable<Text>,
        posting_dt -> Nullable<crate::store::types::DbTime>,
        zip -> Nullable<Text>,
        customs_visible -> Bool,
        has_response -> Bool,
        has_dc_response -> Bool,
        head_seq -> Integer,
        head_hash -> Binary,
        created_at -> crate::store::types::DbTime,
        changed_at -> crate::store::types::DbTime,
        declared_at -> Nullable<crate::store::types::DbTime>,
        security_state -> Nullable<Text>,
        declaration_seen -> Bool,
        facts -> Integer,
        light -> Nullable<BigInt>,
    }
}

diesel::table! {
    item_place (post_org, object_pid) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        receptacle -> Nullable<Text>,
        despatch -> Nullable<Text>,
        external_ref -> Nullable<Text>,
        ingestion -> Nullable<crate::store::types::DbId>,
        callback -> Nullable<crate::store::types::DbId>,
        callback_url -> Nullable<Text>,
    }
}

diesel::table! {
    ingestion (org, id) {
        org -> Text,
        id -> crate::store::types::DbId,
        client -> Nullable<Text>,
        user_cd -> Nullable<Text>,
        office_cd -> Nullable<Text>,
        kind -> Text,
        media -> Text,
        options -> Text,
        sha256 -> Binary,
        request_digest -> Binary,
        dry_run -> Bool,
        state -> Integer,
        next_index -> Integer,
        rows_read -> Integer,
        created -> Integer,
        changed -> Integer,
        unchanged -> Integer,
        refused -> Integer,
        warnings -> Integer,
        findings -> Integer,
        about -> Nullable<Text>,
        received_at -> crate::store::types::DbTime,
        done_at -> Nullable<crate::store::types::DbTime>,
        lease_owner -> Nullable<crate::store::types::DbId>,
        lease_until -> Nullable<crate::store::types::DbTime>,
        file_name -> Nullable<Text>,
    }
}

diesel::table! {
    ingestion_bytes (org, id) {
        org -> Text,
        id -> crate::store::types::DbId,
        bytes -> Binary,
    }
}

diesel::table! {
    ingestion_finding (org, ingestion, number) {
        org -> Text,
        ingestion -> crate::store::types::DbId,
        number -> Integer,
        body -> Text,
    }
}

diesel::table! {
    ingestion_item (org, ingestion, number) {
        org -> Text,
        ingestion -> crate::store::types::DbId,
        number -> Integer,
        item_id -> Nullable<Text>,
        first_row -> Nullable<Integer>,
        last_row -> Nullable<Integer>,
        outcome -> Text,
        members -> Text,
    }
}

diesel::table! {
    event (post_org, event_no) {
        post_org -> Text,
        event_no -> BigInt,
        object_pid -> crate::store::types::DbId,
        seq -> Integer,
        part -> Text,
        at -> crate::store::types::DbTime,
        event_type -> Text,
        subtype -> Nullable<Text>,
        item_id -> Nullable<Text>,
        flow -> Nullable<Text>,
        orig_post -> Nullable<Text>,
        dest_post -> Nullable<Text>,
        partner_country -> Nullable<Text>,
        mail_class -> Nullable<Text>,
        office -> Nullable<Text>,
        audience -> Text,
        light -> Nullable<BigInt>,
        light_was -> Nullable<Integer>,
        doc_version -> Nullable<Integer>,
        external_ref -> Nullable<Text>,
        ingestion -> Nullable<crate::store::types::DbId>,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    event_follow (post_org) {
        post_org -> Text,
        change_no -> BigInt,
        last_event_no -> BigInt,
        since_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    event_reader (org, name) {
        org -> Text,
        name -> Text,
        places -> Text,
        updated_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    light_due (post_org, item_id) {
        post_org -> Text,
        item_id -> Text,
        at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    light_walk (post_org) {
        post_org -> Text,
        basis -> Binary,
        after_pid -> Nullable<crate::store::types::DbId>,
    }
}

diesel::table! {
    mark (author_org, item_id, orig_post) {
        author_org -> Text,
        item_id -> Text,
        orig_post -> Text,
        operation -> Integer,
        remarks -> Nullable<Text>,
        until -> Nullable<crate::store::types::DbTime>,
        posted_at -> Nullable<crate::store::types::DbTime>,
        set_at -> crate::store::types::DbTime,
        user_cd -> Nullable<Text>,
        office_cd -> Nullable<Text>,
        remarks_digest -> Nullable<Binary>,
    }
}

diesel::table! {
    retired_mark (post_org, object_pid) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        head_seq -> Integer,
        operation -> Nullable<Integer>,
        remarks -> Nullable<Text>,
        until -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    declaration (post_org, object_pid) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        pid -> crate::store::types::DbId,
        state_cd -> Integer,
        customs_org -> Nullable<Text>,
        seen -> Bool,
        sent -> Bool,
        version_no -> Integer,
        digest -> Binary,
        body -> Nullable<crate::store::text::DbText>,
        quality_score -> Nullable<Integer>,
        quality_findings -> Nullable<crate::store::text::DbText>,
        declared_by -> Nullable<Text>,
        handed_over_by -> Nullable<Text>,
    }
}

diesel::table! {
    reference_list (kind, org, edition) {
        kind -> Text,
        org -> Text,
        edition -> Text,
        imported_at -> crate::store::types::DbTime,
        body -> Text,
    }
}

diesel::table! {
    reference_state (id) {
        id -> Integer,
        version_no -> BigInt,
    }
}

diesel::table! {
    response (post_org, object_pid, side) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        side -> Text,
        pid -> crate::store::types::DbId,
        state_cd -> Integer,
        customs_org -> Nullable<Text>,
        author_org -> Text,
        sent -> Bool,
        decision_cd -> Nullable<Text>,
        decided_at -> crate::store::types::DbTime,
        version_no -> Integer,
        digest -> Binary,
        body -> Nullable<crate::store::text::DbText>,
        fiscal_state -> Nullable<Text>,
        lapsed -> Nullable<Binary>,
    }
}

diesel::table! {
    decision (post_org, object_pid, side, version_no) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        side -> Text,
        version_no -> Integer,
        author_org -> Text,
        author_rank -> Integer,
        customs_org -> Nullable<Text>,
        decision_cd -> Nullable<Text>,
        category -> Nullable<Text>,
        fiscal_state -> Text,
        place -> BigInt,
        decided_at -> crate::store::types::DbTime,
        received_at -> crate::store::types::DbTime,
        digest -> Binary,
        stated_version -> Nullable<Text>,
        judged_no -> Nullable<Integer>,
        judged_dest -> Nullable<Text>,
        judged_name -> Nullable<Binary>,
        beside_customs -> Bool,
        state_cd -> Integer,
        sent -> Bool,
    }
}

diesel::table! {
    unjudged_post (post_org) {
        post_org -> Text,
        after_pid -> Nullable<crate::store::types::DbId>,
    }
}

diesel::table! {
    handed (post_org, object_pid, customs_org, version) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        customs_org -> Text,
        version -> Binary,
        first_at -> crate::store::types::DbTime,
        asked_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    document_version (post_org, object_pid, kind, version_no) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        kind -> Text,
        version_no -> Integer,
        digest -> Binary,
        body -> Nullable<crate::store::text::DbText>,
    }
}

diesel::table! {
    change (post_org, pid) {
        post_org -> Text,
        pid -> crate::store::types::DbId,
        number -> Nullable<BigInt>,
    }
}

diesel::table! {
    change_counter (post_org) {
        post_org -> Text,
        last_no -> BigInt,
    }
}

diesel::table! {
    feed_epoch (post_org, epoch) {
        post_org -> Text,
        epoch -> Integer,
        first_no -> BigInt,
    }
}

diesel::table! {
    post_seal (post_org, seal_no) {
        post_org -> Text,
        seal_no -> BigInt,
        sealed_at -> crate::store::types::DbTime,
        through_no -> BigInt,
        items -> Integer,
        leaves -> Binary,
        root -> Binary,
        hash -> Binary,
    }
}

diesel::table! {
    seal_head (seal_no, post_org) {
        seal_no -> BigInt,
        post_org -> Text,
        post_seal_no -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    item_history (post_org, object_pid, seq) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        seq -> Integer,
        at -> crate::store::types::DbTime,
        actor_org -> Text,
        user_cd -> Nullable<Text>,
        office_cd -> Nullable<Text>,
        event -> Text,
        detail -> Text,
        doc_kind -> Nullable<Text>,
        doc_version -> Nullable<Integer>,
        doc_digest -> Nullable<Binary>,
        hash -> Binary,
    }
}

diesel::table! {
    seal (seal_no) {
        seal_no -> BigInt,
        sealed_at -> crate::store::types::DbTime,
        through_change_no -> BigInt,
        entries -> Integer,
        hash -> Binary,
    }
}

diesel::table! {
    seal_entry (seal_no, post_org, object_pid) {
        seal_no -> BigInt,
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        head_seq -> Integer,
        head_hash -> Binary,
    }
}

diesel::table! {
    idempotency (org, request_key) {
        org -> Text,
        request_key -> Text,
        fingerprint -> Binary,
        answer -> Text,
        created_at -> crate::store::types::DbTime,
        warnings -> Integer,
    }
}

diesel::table! {
    request_use (org, server) {
        org -> Text,
        server -> Text,
        total -> BigInt,
        recent -> BigInt,
        at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    heartbeat (component) {
        component -> Text,
        last_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    referral (post_org, object_pid, reference) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        reference -> Text,
        code -> Text,
        raised_by -> Text,
        event_at -> crate::store::types::DbTime,
        remind_at -> Nullable<crate::store::types::DbTime>,
        due_at -> Nullable<crate::store::types::DbTime>,
        pending -> Bool,
        created_at -> crate::store::types::DbTime,
        digest -> Binary,
        body -> Nullable<crate::store::text::DbText>,
        text_digest -> Nullable<Binary>,
        stated_version -> Nullable<Text>,
        lifts -> Nullable<Text>,
    }
}

diesel::table! {
    referral_response (post_org, object_pid, pid) {
        post_org -> Text,
        object_pid -> crate::store::types::DbId,
        pid -> crate::store::types::DbId,
        reference -> Text,
        code -> Text,
        answered_by -> Text,
        event_at -> crate::store::types::DbTime,
        created_at -> crate::store::types::DbTime,
        digest -> Binary,
        body -> Nullable<crate::store::text::DbText>,
        text_digest -> Nullable<Binary>,
    }
}

diesel::table! {
    record_history (org, kind, id, seq) {
        org -> Text,
        kind -> Text,
        id -> Text,
        seq -> Integer,
        at -> crate::store::types::DbTime,
        actor_org -> Text,
        user_cd -> Nullable<Text>,
        office_cd -> Nullable<Text>,
        event -> Text,
        detail -> Nullable<Text>,
        digest -> Nullable<Binary>,
        replaced -> Nullable<Text>,
        hash -> Nullable<Binary>,
    }
}

diesel::table! {
    record_head (org, kind, id) {
        org -> Text,
        kind -> Text,
        id -> Text,
        seq -> Integer,
        hash -> Binary,
        seal_no -> Nullable<BigInt>,
    }
}

diesel::table! {
    record_seal_entry (seal_no, org, kind, id) {
        seal_no -> BigInt,
        org -> Text,
        kind -> Text,
        id -> Text,
        head_seq -> Integer,
        head_hash -> Binary,
    }
}

diesel::table! {
    anonymous_declaration (post_org, id) {
        post_org -> Text,
        id -> Text,
        pid -> crate::store::types::DbId,
        created_at -> crate::store::types::DbTime,
        changed_at -> crate::store::types::DbTime,
        expires_at -> crate::store::types::DbTime,
        final_id -> Nullable<Text>,
        dest_post -> Nullable<Text>,
        mail_class -> Nullable<Text>,
        office_cd -> Nullable<Text>,
        user_cd -> Nullable<Text>,
        sender_name_key -> Nullable<Text>,
        sender_email_key -> Nullable<Text>,
        sender_telephone_key -> Nullable<Text>,
        recipient_name_key -> Nullable<Text>,
        recipient_country -> Nullable<Text>,
        recipient_zip_key -> Nullable<Text>,
        body -> Text,
        other -> Text,
        secret -> Nullable<Binary>,
    }
}

diesel::table! {
    marketed_good (seller, reference_id) {
        seller -> Text,
        reference_id -> Integer,
        valid_from -> Nullable<crate::store::types::DbTime>,
        valid_to -> Nullable<crate::store::types::DbTime>,
        for_everyone -> Bool,
        changed_at -> crate::store::types::DbTime,
        digest -> Binary,
        body -> Text,
    }
}

diesel::table! {
    marketed_good_buyer (buyer, seller, reference_id) {
        buyer -> Text,
        seller -> Text,
        reference_id -> Integer,
    }
}

diesel::table! {
    postal_service (orig_org, service_id) {
        orig_org -> Text,
        service_id -> crate::store::types::DbId,
        dest_org -> Text,
        valid_from -> Nullable<crate::store::types::DbTime>,
        valid_to -> Nullable<crate::store::types::DbTime>,
        changed_at -> crate::store::types::DbTime,
        digest -> Binary,
        body -> Text,
    }
}

diesel::table! {
    probe_day (component, day) {
        component -> Text,
        day -> Integer,
        probes -> Integer,
        failed -> Integer,
    }
}

diesel::table! {
    incident (id) {
        id -> Integer,
        component -> Nullable<Text>,
        is_planned -> Bool,
        title -> Text,
        starts_at -> crate::store::types::DbTime,
        ends_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    incident_note (incident, number) {
        incident -> Integer,
        number -> Integer,
        at -> crate::store::types::DbTime,
        text -> Text,
    }
}

diesel::table! {
    item_word (post_org, word, object_pid) {
        post_org -> Text,
        word -> Text,
        object_pid -> crate::store::types::DbId,
        hidden -> Bool,
    }
}

diesel::table! {
    word_follow (post_org) {
        post_org -> Text,
        change_no -> BigInt,
    }
}

diesel::table! {
    lodging_key (id) {
        id -> Integer,
        key -> Binary,
    }
}

diesel::table! {
    sender_profile (org, reference) {
        org -> Text,
        reference -> Text,
        changed_at -> crate::store::types::DbTime,
        sender -> Text,
    }
}

diesel::table! {
    default_sender (org, client) {
        org -> Text,
        client -> Text,
        reference -> Text,
    }
}

diesel::table! {
    partner (code) {
        code -> Text,
        transport -> Text,
        endpoint -> Text,
        agreement -> Text,
        token_in -> Nullable<Binary>,
        token_out -> Nullable<Text>,
        sign_key -> Nullable<Text>,
        changed_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    link (partner) {
        partner -> Text,
        lease_owner -> Nullable<crate::store::types::DbId>,
        lease_until -> Nullable<crate::store::types::DbTime>,
        failures -> Integer,
        next_attempt_at -> Nullable<crate::store::types::DbTime>,
        last_error -> Nullable<Text>,
        last_sent_at -> Nullable<crate::store::types::DbTime>,
        last_received_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    message_out (post_org, id) {
        post_org -> Text,
        id -> crate::store::types::DbId,
        partner -> Text,
        sender -> Text,
        kind -> Text,
        withdraws -> Bool,
        item_id -> Text,
        object_pid -> crate::store::types::DbId,
        item_seq -> Integer,
        version_no -> Nullable<Integer>,
        reference -> Nullable<Text>,
        digest -> Binary,
        body -> Nullable<Text>,
        state -> Integer,
        interchange -> Nullable<Text>,
        message_ref -> Nullable<Text>,
        note -> Nullable<Text>,
        created_at -> crate::store::types::DbTime,
        sent_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    interchange_out (sender, reference) {
        sender -> Text,
        reference -> Text,
        partner -> Text,
        form -> Text,
        bytes -> Binary,
        digest -> Binary,
        items -> Integer,
        state -> Integer,
        attempts -> Integer,
        note -> Nullable<Text>,
        answer -> Nullable<Binary>,
        created_at -> crate::store::types::DbTime,
        sent_at -> Nullable<crate::store::types::DbTime>,
        answered_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    interchange_in (sender, reference) {
        sender -> Text,
        reference -> Text,
        partner -> Text,
        recipient -> Text,
        bytes -> Binary,
        digest -> Binary,
        items -> Integer,
        state -> Integer,
        findings -> Nullable<Text>,
        answer -> Nullable<Binary>,
        repeats -> Integer,
        received_at -> crate::store::types::DbTime,
    }
}

diesel::table! {
    item_in (recipient, sender, reference, message_no, item_no) {
        recipient -> Text,
        sender -> Text,
        reference -> Text,
        message_no -> Integer,
        item_no -> Integer,
        kind -> Text,
        item_id -> Text,
        made_at -> crate::store::types::DbTime,
        fate -> Integer,
        note -> Nullable<Text>,
        at -> crate::store::types::DbTime,
        orig_post -> Nullable<Text>,
    }
}

diesel::table! {
    link_hour (partner, hour) {
        partner -> Text,
        hour -> crate::store::types::DbTime,
        items -> Integer,
        late -> Integer,
        blank -> Integer,
    }
}

diesel::table! {
    subscription (org, id) {
        org -> Text,
        id -> crate::store::types::DbId,
        revision -> Integer,
        kind -> Text,
        mode -> Text,
        label -> Text,
        url -> Text,
        filter -> Text,
        offices -> Nullable<Text>,
        ordering -> Text,
        concurrency -> Integer,
        auth -> Nullable<Text>,
        created_at -> crate::store::types::DbTime,
        created_by -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        verified_at -> Nullable<crate::store::types::DbTime>,
        pace -> Integer,
        failures -> Integer,
        first_failure_at -> Nullable<crate::store::types::DbTime>,
        last_success_at -> Nullable<crate::store::types::DbTime>,
        rests_until -> Nullable<crate::store::types::DbTime>,
        warned -> Integer,
        last_seq -> BigInt,
        due_at -> Nullable<crate::store::types::DbTime>,
        lease_owner -> Nullable<crate::store::types::DbId>,
        lease_until -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    subscription_cursor (org, subscription, post_org) {
        org -> Text,
        subscription -> crate::store::types::DbId,
        post_org -> Text,
        event_no -> BigInt,
    }
}

diesel::table! {
    subscription_secret (org, subscription, key_id) {
        org -> Text,
        subscription -> crate::store::types::DbId,
        key_id -> crate::store::types::DbId,
        kind -> Text,
        sealed -> Text,
        public_key -> Nullable<Text>,
        created_at -> crate::store::types::DbTime,
        expires_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    delivery (org, subscription, seq_no) {
        org -> Text,
        subscription -> crate::store::types::DbId,
        seq_no -> BigInt,
        post_org -> Text,
        event_no -> BigInt,
        object_pid -> crate::store::types::DbId,
        item_id -> Nullable<Text>,
        url -> Nullable<Text>,
        state -> Text,
        is_replay -> Bool,
        run -> Integer,
        attempts -> Integer,
        tries -> Integer,
        next_at -> crate::store::types::DbTime,
        lined_up_at -> crate::store::types::DbTime,
        done_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::table! {
    delivery_attempt (org, subscription, seq_no, run, attempt_no) {
        org -> Text,
        subscription -> crate::store::types::DbId,
        seq_no -> BigInt,
        run -> Integer,
        attempt_no -> Integer,
        at -> crate::store::types::DbTime,
        cause -> Text,
        status -> Nullable<Integer>,
        ms -> Integer,
        error -> Nullable<Text>,
        head -> Nullable<Text>,
    }
}

diesel::table! {
    replay (org, subscription, id) {
        org -> Text,
        subscription -> crate::store::types::DbId,
        id -> crate::store::types::DbId,
        selection -> Text,
        place -> Text,
        lined_up -> BigInt,
        created_at -> crate::store::types::DbTime,
        done_at -> Nullable<crate::store::types::DbTime>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    mail_object,
    change,
    declaration,
    response,
    item_history,
    seal_entry,
    referral,
    referral_response,
    item_place,
    item_word,
);
diesel::allow_tables_to_appear_in_same_query!(marketed_good, marketed_good_buyer);
diesel::allow_tables_to_appear_in_same_query!(item_in, mail_object, organization);
diesel::allow_tables_to_appear_in_same_query!(record_history, record_head);
