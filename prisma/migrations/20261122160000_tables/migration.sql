-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "api_client" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_client_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "hint" TEXT NOT NULL,
    "scopes" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "idempotency_key" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "answer" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "data_key" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT,
    "subject" TEXT NOT NULL,
    "wrapped" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "destroyed_at" TIMESTAMPTZ(3),

    CONSTRAINT "data_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "archive" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT,
    "kind" TEXT NOT NULL,
    "media_type" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "size" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "archive_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT,
    "type" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "data" JSONB NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "event_outbox" (
    "event_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,

    CONSTRAINT "event_outbox_pkey" PRIMARY KEY ("event_id")
);

-- CreateTable
CREATE TABLE "feed_head" (
    "client_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,

    CONSTRAINT "feed_head_pkey" PRIMARY KEY ("client_id")
);

-- CreateTable
CREATE TABLE "feed" (
    "client_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "event_id" TEXT NOT NULL,

    CONSTRAINT "feed_pkey" PRIMARY KEY ("client_id","position")
);

-- CreateTable
CREATE TABLE "resource_sequence" (
    "client_id" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,

    CONSTRAINT "resource_sequence_pkey" PRIMARY KEY ("client_id","resource_id")
);

-- CreateTable
CREATE TABLE "state_change" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT,
    "machine" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "from_state" TEXT NOT NULL,
    "to_state" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "state_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "resource_type" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "request_id" TEXT,
    "data" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_outbox" (
    "audit_id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,

    CONSTRAINT "audit_outbox_pkey" PRIMARY KEY ("audit_id")
);

-- CreateTable
CREATE TABLE "audit_seal" (
    "client_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "audit_id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,

    CONSTRAINT "audit_seal_pkey" PRIMARY KEY ("client_id","position")
);

-- CreateTable
CREATE TABLE "audit_head" (
    "client_id" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_head_pkey" PRIMARY KEY ("client_id","position")
);

-- CreateTable
CREATE TABLE "webhook_endpoint" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "secret" TEXT NOT NULL,
    "types" TEXT[],
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_delivery" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "endpoint_id" TEXT NOT NULL,
    "event_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL,
    "last_status" INTEGER,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_delivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "due_work" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT,
    "kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "lease_until" TIMESTAMPTZ(3),
    "lease_token" TEXT,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "last_error" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "due_work_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "company" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "organisation_number" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "form" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "activated_at" TIMESTAMPTZ(3),

    CONSTRAINT "company_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "mobile" TEXT,
    "birthdate" TEXT,
    "roles" TEXT[],
    "bankid_hash" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "link" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "link_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "page_session" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "link_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "bankid_hash" TEXT,
    "acr" TEXT,
    "id_token" TEXT,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "authenticated_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "page_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bankid_login" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "state_hash" TEXT NOT NULL,
    "secrets" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "bankid_login_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "message" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "address" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "body" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "message_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agreement" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "language" TEXT NOT NULL,
    "document_id" TEXT,
    "document_sha256" TEXT,
    "signed_id" TEXT,
    "signed_sha256" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3),
    "activated_at" TIMESTAMPTZ(3),

    CONSTRAINT "agreement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agreement_signer" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "agreement_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "order_id" TEXT,
    "session_id" TEXT,
    "order_url" TEXT,
    "order_expires_at" TIMESTAMPTZ(3),
    "viewed_at" TIMESTAMPTZ(3),
    "signed_at" TIMESTAMPTZ(3),
    "declined_at" TIMESTAMPTZ(3),

    CONSTRAINT "agreement_signer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signature" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "agreement_id" TEXT NOT NULL,
    "signer_id" TEXT NOT NULL,
    "document_id" TEXT NOT NULL,
    "document_sha256" TEXT NOT NULL,
    "order_id" TEXT NOT NULL,
    "signer_name" TEXT NOT NULL,
    "birthdate" TEXT NOT NULL,
    "bankid_hash" TEXT NOT NULL,
    "acr" TEXT NOT NULL,
    "certificate_pem" TEXT NOT NULL,
    "register_id" TEXT NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "signed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signature_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "review_case" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "agreement_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reasons" TEXT[],
    "note" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "review_case_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "institution_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "institution_id" TEXT NOT NULL,
    "route" TEXT NOT NULL DEFAULT 'main',
    "state" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "memory" TEXT,
    "sca_url" TEXT,
    "valid_until" TEXT,
    "frequency_per_day" INTEGER NOT NULL,
    "psu_ip_address" TEXT,
    "psu_user_agent" TEXT,
    "psu_seen_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "authorised_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "end_reason" TEXT,

    CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "connection_id" TEXT,
    "institution_id" TEXT,
    "number" TEXT NOT NULL,
    "iban" TEXT,
    "bban" TEXT,
    "currency" TEXT NOT NULL,
    "name" TEXT,
    "owner_name" TEXT,
    "product" TEXT,
    "state" TEXT NOT NULL,
    "ownership" TEXT NOT NULL,
    "ownership_evidence" TEXT NOT NULL,
    "read_through" TEXT,
    "next_sync_at" TIMESTAMPTZ(3),
    "last_sync_at" TIMESTAMPTZ(3),
    "route" TEXT NOT NULL DEFAULT 'main',
    "change_seq" BIGINT NOT NULL DEFAULT 0,
    "history_from" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_access" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "consent_id" TEXT NOT NULL,
    "resource_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_access_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ignored_account" (
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "institution_id" TEXT NOT NULL,
    "number_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ignored_account_pkey" PRIMARY KEY ("client_id","company_id","number_hash")
);

-- CreateTable
CREATE TABLE "sync_job" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "consent_id" TEXT,
    "route" TEXT NOT NULL DEFAULT 'main',
    "purpose" TEXT NOT NULL DEFAULT 'planned',
    "state" TEXT NOT NULL,
    "from_date" TEXT NOT NULL,
    "to_date" TEXT NOT NULL,
    "cursor" TEXT,
    "pages" INTEGER NOT NULL DEFAULT 0,
    "observed" INTEGER NOT NULL DEFAULT 0,
    "added" INTEGER NOT NULL DEFAULT 0,
    "revised" INTEGER NOT NULL DEFAULT 0,
    "removed" INTEGER NOT NULL DEFAULT 0,
    "unreadable" INTEGER NOT NULL DEFAULT 0,
    "balances_read" BOOLEAN,
    "psu_present" BOOLEAN NOT NULL DEFAULT false,
    "psu_ip_address" TEXT,
    "psu_user_agent" TEXT,
    "archives" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "sync_job_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "file_import" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "archive_id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "name" TEXT,
    "format" TEXT,
    "version" TEXT,
    "state" TEXT NOT NULL,
    "statements" INTEGER NOT NULL DEFAULT 0,
    "entries" INTEGER NOT NULL DEFAULT 0,
    "added" INTEGER NOT NULL DEFAULT 0,
    "revised" INTEGER NOT NULL DEFAULT 0,
    "warnings" JSONB NOT NULL,
    "error" JSONB,
    "readings" INTEGER NOT NULL DEFAULT 1,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "file_import_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "observation" (
    "source_id" TEXT NOT NULL,
    "page" INTEGER NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "booking_date" TEXT,
    "hash" TEXT NOT NULL,
    "row" JSONB NOT NULL,
    "observed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "observation_pkey" PRIMARY KEY ("source_id","page","ordinal")
);

-- CreateTable
CREATE TABLE "entry" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "booking_date" TEXT,
    "value_date" TEXT,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "reversal" BOOLEAN NOT NULL,
    "text" TEXT,
    "bank_transaction_code" TEXT,
    "proprietary_code" TEXT,
    "counterparty_name" TEXT,
    "counterparty_account" TEXT,
    "kid" TEXT,
    "end_to_end_id" TEXT,
    "amounts" JSONB,
    "charges" JSONB,
    "batches" JSONB,
    "balance_after_minor" BIGINT,
    "identity_hash" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "added_seq" BIGINT NOT NULL,
    "change_seq" BIGINT NOT NULL,
    "booked_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "taken_over" BOOLEAN NOT NULL DEFAULT false,
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entry_detail" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "amount_minor" BIGINT,
    "currency" TEXT,
    "kid" TEXT,
    "end_to_end_id" TEXT,
    "message_id" TEXT,
    "payment_information_id" TEXT,
    "instruction_id" TEXT,
    "mandate_id" TEXT,
    "transaction_id" TEXT,
    "servicer_reference" TEXT,
    "creditor_references" JSONB,
    "amounts" JSONB,
    "charges" JSONB,
    "return_reason" TEXT,
    "debtor_bic" TEXT,
    "creditor_bic" TEXT,
    "debtor_name" TEXT,
    "debtor_account" TEXT,
    "creditor_name" TEXT,
    "creditor_account" TEXT,
    "text" TEXT,

    CONSTRAINT "entry_detail_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entry_alias" (
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "entry_alias_pkey" PRIMARY KEY ("client_id","entry_id","kind","value")
);

-- CreateTable
CREATE TABLE "entry_revision" (
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "before" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "confidence" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "entry_revision_pkey" PRIMARY KEY ("client_id","entry_id","revision")
);

-- CreateTable
CREATE TABLE "balance" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "date" TEXT,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL,
    "steady" BOOLEAN NOT NULL DEFAULT false,
    "booked_sum_minor" BIGINT,
    "from_date" TEXT,

    CONSTRAINT "balance_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "account_day" (
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "date" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "proof" TEXT NOT NULL,
    "opening_minor" BIGINT,
    "closing_minor" BIGINT,
    "sum_minor" BIGINT NOT NULL,
    "entries" INTEGER NOT NULL,
    "difference_minor" BIGINT,
    "cause" TEXT,
    "span_from" TEXT,
    "reopened_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "account_day_pkey" PRIMARY KEY ("client_id","account_id","date","currency")
);

-- CreateTable
CREATE TABLE "statement" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "bank_statement_id" TEXT NOT NULL,
    "sequence" TEXT,
    "route" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "details_only" BOOLEAN NOT NULL DEFAULT false,
    "attached" INTEGER NOT NULL DEFAULT 0,
    "from_date" TEXT,
    "to_date" TEXT,
    "opening_minor" BIGINT,
    "closing_minor" BIGINT,
    "currency" TEXT NOT NULL,
    "entries" INTEGER NOT NULL,
    "proven" BOOLEAN,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "statement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entry_ruling" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "other_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "identity_hash" TEXT NOT NULL,
    "decided_by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "undone_at" TIMESTAMPTZ(3),

    CONSTRAINT "entry_ruling_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "entry_attachment" (
    "source_id" TEXT NOT NULL,
    "page" INTEGER NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "entry_attachment_pkey" PRIMARY KEY ("source_id","page","ordinal")
);

-- CreateTable
CREATE TABLE "account_gap" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "currency" TEXT NOT NULL,
    "from_date" TEXT NOT NULL,
    "to_date" TEXT NOT NULL,
    "difference_minor" BIGINT NOT NULL,
    "cause" TEXT NOT NULL,
    "suspects" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),
    "backfills" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "account_gap_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bank_call" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "endpoint" TEXT NOT NULL,
    "attended" BOOLEAN NOT NULL,
    "job_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "unspent_at" TIMESTAMPTZ(3),
    "refused_until" TIMESTAMPTZ(3),

    CONSTRAINT "bank_call_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "route_twin" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "from_date" TEXT NOT NULL,
    "to_date" TEXT NOT NULL,
    "same" INTEGER NOT NULL DEFAULT 0,
    "changed" INTEGER NOT NULL DEFAULT 0,
    "only_active" INTEGER NOT NULL DEFAULT 0,
    "only_twin" INTEGER NOT NULL DEFAULT 0,
    "differences" JSONB,
    "error" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "route_twin_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "open_item" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "direction" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "kid" TEXT,
    "amount_minor" BIGINT NOT NULL,
    "remaining_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "due_date" TEXT,
    "counterparty_name" TEXT,
    "counterparty_account" TEXT,
    "voucher" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "open_item_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "open_item_id" TEXT,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "creditor_name" TEXT NOT NULL,
    "creditor_account" TEXT NOT NULL,
    "kid" TEXT,
    "text" TEXT,
    "execution_date" TEXT,
    "end_to_end_id" TEXT NOT NULL,
    "prepared_by" TEXT NOT NULL,
    "snapshot_hash" TEXT,
    "consent_id" TEXT,
    "user_id" TEXT,
    "bank_code" TEXT,
    "reason_code" TEXT,
    "reason_text" TEXT,
    "settled_entry_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "payment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment_approval" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "session_id" TEXT NOT NULL,
    "snapshot_hash" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "voided_at" TIMESTAMPTZ(3),

    CONSTRAINT "payment_approval_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "payment_attempt" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "payment_id" TEXT NOT NULL,
    "consent_id" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "request_id" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "memory" TEXT,
    "sca_url" TEXT,
    "error" JSONB,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "payment_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "match" (
    "id" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "company_id" TEXT NOT NULL,
    "entry_id" TEXT NOT NULL,
    "detail_id" TEXT,
    "open_item_id" TEXT,
    "payment_id" TEXT,
    "amount_minor" BIGINT NOT NULL,
    "currency" TEXT NOT NULL,
    "rule" TEXT NOT NULL,
    "explanation" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "undone_at" TIMESTAMPTZ(3),

    CONSTRAINT "match_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "transition" (
    "machine" TEXT NOT NULL,
    "from_state" TEXT NOT NULL,
    "to_state" TEXT NOT NULL,

    CONSTRAINT "transition_pkey" PRIMARY KEY ("machine","from_state","to_state")
);

-- CreateTable
CREATE TABLE "stamp" (
    "key" TEXT NOT NULL,
    "value" TEXT NOT NULL,

    CONSTRAINT "stamp_pkey" PRIMARY KEY ("key")
);

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE INDEX "api_key_client_id_id_idx" ON "api_key"("client_id", "id");

-- CreateIndex
CREATE INDEX "idempotency_key_expires_at_idx" ON "idempotency_key"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "idempotency_key_client_id_route_key_key" ON "idempotency_key"("client_id", "route", "key");

-- CreateIndex
CREATE UNIQUE INDEX "data_key_client_id_subject_key" ON "data_key"("client_id", "subject");

-- CreateIndex
CREATE INDEX "archive_expires_at_idx" ON "archive"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "event_client_id_resource_id_sequence_key" ON "event"("client_id", "resource_id", "sequence");

-- CreateIndex
CREATE INDEX "event_outbox_client_id_event_id_idx" ON "event_outbox"("client_id", "event_id");

-- CreateIndex
CREATE UNIQUE INDEX "feed_event_id_key" ON "feed"("event_id");

-- CreateIndex
CREATE INDEX "state_change_client_id_resource_id_id_idx" ON "state_change"("client_id", "resource_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_client_id_id_idx" ON "audit_entry"("client_id", "id");

-- CreateIndex
CREATE INDEX "audit_entry_client_id_resource_id_id_idx" ON "audit_entry"("client_id", "resource_id", "id");

-- CreateIndex
CREATE INDEX "audit_outbox_client_id_audit_id_idx" ON "audit_outbox"("client_id", "audit_id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_seal_audit_id_key" ON "audit_seal"("audit_id");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_endpoint_client_id_id_key" ON "webhook_endpoint"("client_id", "id");

-- CreateIndex
CREATE INDEX "webhook_delivery_client_id_endpoint_id_id_idx" ON "webhook_delivery"("client_id", "endpoint_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_delivery_client_id_endpoint_id_event_id_key" ON "webhook_delivery"("client_id", "endpoint_id", "event_id");

-- CreateIndex
CREATE INDEX "due_work_kind_due_at_idx" ON "due_work"("kind", "due_at");

-- CreateIndex
CREATE UNIQUE INDEX "due_work_client_id_kind_subject_id_key" ON "due_work"("client_id", "kind", "subject_id");

-- CreateIndex
CREATE UNIQUE INDEX "company_client_id_id_key" ON "company"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "company_client_id_organisation_number_key" ON "company"("client_id", "organisation_number");

-- CreateIndex
CREATE INDEX "app_user_client_id_company_id_id_idx" ON "app_user"("client_id", "company_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_client_id_id_key" ON "app_user"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "link_hash_key" ON "link"("hash");

-- CreateIndex
CREATE INDEX "link_client_id_subject_id_idx" ON "link"("client_id", "subject_id");

-- CreateIndex
CREATE UNIQUE INDEX "link_client_id_id_key" ON "link"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "page_session_hash_key" ON "page_session"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "page_session_client_id_id_key" ON "page_session"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "bankid_login_state_hash_key" ON "bankid_login"("state_hash");

-- CreateIndex
CREATE INDEX "agreement_client_id_company_id_id_idx" ON "agreement"("client_id", "company_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "agreement_client_id_id_key" ON "agreement"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "agreement_signer_client_id_id_key" ON "agreement_signer"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "agreement_signer_client_id_agreement_id_user_id_key" ON "agreement_signer"("client_id", "agreement_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "signature_client_id_signer_id_key" ON "signature"("client_id", "signer_id");

-- CreateIndex
CREATE INDEX "review_case_client_id_state_id_idx" ON "review_case"("client_id", "state", "id");

-- CreateIndex
CREATE UNIQUE INDEX "connection_client_id_id_key" ON "connection"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "connection_client_id_company_id_institution_id_key" ON "connection"("client_id", "company_id", "institution_id");

-- CreateIndex
CREATE INDEX "consent_client_id_company_id_state_idx" ON "consent"("client_id", "company_id", "state");

-- CreateIndex
CREATE UNIQUE INDEX "consent_client_id_id_key" ON "consent"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "account_client_id_id_key" ON "account"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "account_client_id_company_id_number_currency_key" ON "account"("client_id", "company_id", "number", "currency");

-- CreateIndex
CREATE UNIQUE INDEX "account_access_client_id_account_id_consent_id_key" ON "account_access"("client_id", "account_id", "consent_id");

-- CreateIndex
CREATE INDEX "sync_job_client_id_account_id_id_idx" ON "sync_job"("client_id", "account_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "file_import_client_id_company_id_sha256_key" ON "file_import"("client_id", "company_id", "sha256");

-- CreateIndex
CREATE INDEX "observation_client_id_account_id_booking_date_idx" ON "observation"("client_id", "account_id", "booking_date");

-- CreateIndex
CREATE INDEX "entry_client_id_account_id_booking_date_id_idx" ON "entry"("client_id", "account_id", "booking_date", "id");

-- CreateIndex
CREATE INDEX "entry_client_id_account_id_identity_hash_idx" ON "entry"("client_id", "account_id", "identity_hash");

-- CreateIndex
CREATE INDEX "entry_client_id_account_id_change_seq_idx" ON "entry"("client_id", "account_id", "change_seq");

-- CreateIndex
CREATE INDEX "entry_client_id_company_id_booked_at_idx" ON "entry"("client_id", "company_id", "booked_at");

-- CreateIndex
CREATE INDEX "entry_client_id_company_id_removed_at_idx" ON "entry"("client_id", "company_id", "removed_at");

-- CreateIndex
CREATE INDEX "entry_client_id_account_id_updated_at_id_idx" ON "entry"("client_id", "account_id", "updated_at", "id");

-- CreateIndex
CREATE INDEX "entry_client_id_account_id_kid_idx" ON "entry"("client_id", "account_id", "kid");

-- CreateIndex
CREATE INDEX "entry_client_id_account_id_end_to_end_id_idx" ON "entry"("client_id", "account_id", "end_to_end_id");

-- CreateIndex
CREATE UNIQUE INDEX "entry_client_id_id_key" ON "entry"("client_id", "id");

-- CreateIndex
CREATE INDEX "entry_detail_client_id_company_id_kid_idx" ON "entry_detail"("client_id", "company_id", "kid");

-- CreateIndex
CREATE INDEX "entry_detail_client_id_company_id_end_to_end_id_idx" ON "entry_detail"("client_id", "company_id", "end_to_end_id");

-- CreateIndex
CREATE UNIQUE INDEX "entry_detail_client_id_entry_id_position_key" ON "entry_detail"("client_id", "entry_id", "position");

-- CreateIndex
CREATE INDEX "entry_alias_client_id_account_id_kind_value_idx" ON "entry_alias"("client_id", "account_id", "kind", "value");

-- CreateIndex
CREATE INDEX "balance_client_id_account_id_type_date_idx" ON "balance"("client_id", "account_id", "type", "date");

-- CreateIndex
CREATE INDEX "balance_client_id_account_id_read_at_idx" ON "balance"("client_id", "account_id", "read_at");

-- CreateIndex
CREATE UNIQUE INDEX "balance_client_id_account_id_source_id_code_date_currency_key" ON "balance"("client_id", "account_id", "source_id", "code", "date", "currency");

-- CreateIndex
CREATE INDEX "account_day_client_id_account_id_proof_date_idx" ON "account_day"("client_id", "account_id", "proof", "date");

-- CreateIndex
CREATE INDEX "statement_client_id_account_id_from_date_idx" ON "statement"("client_id", "account_id", "from_date");

-- CreateIndex
CREATE UNIQUE INDEX "statement_client_id_account_id_bank_statement_id_source_id_key" ON "statement"("client_id", "account_id", "bank_statement_id", "source_id");

-- CreateIndex
CREATE INDEX "entry_ruling_client_id_account_id_identity_hash_idx" ON "entry_ruling"("client_id", "account_id", "identity_hash");

-- CreateIndex
CREATE INDEX "entry_ruling_client_id_entry_id_idx" ON "entry_ruling"("client_id", "entry_id");

-- CreateIndex
CREATE INDEX "entry_attachment_client_id_entry_id_idx" ON "entry_attachment"("client_id", "entry_id");

-- CreateIndex
CREATE INDEX "account_gap_client_id_account_id_closed_at_to_date_idx" ON "account_gap"("client_id", "account_id", "closed_at", "to_date");

-- CreateIndex
CREATE INDEX "bank_call_client_id_account_id_endpoint_at_idx" ON "bank_call"("client_id", "account_id", "endpoint", "at");

-- CreateIndex
CREATE INDEX "bank_call_at_idx" ON "bank_call"("at");

-- CreateIndex
CREATE INDEX "route_twin_client_id_account_id_id_idx" ON "route_twin"("client_id", "account_id", "id");

-- CreateIndex
CREATE INDEX "open_item_client_id_company_id_kid_idx" ON "open_item"("client_id", "company_id", "kid");

-- CreateIndex
CREATE INDEX "open_item_client_id_company_id_state_id_idx" ON "open_item"("client_id", "company_id", "state", "id");

-- CreateIndex
CREATE UNIQUE INDEX "open_item_client_id_id_key" ON "open_item"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "open_item_client_id_company_id_external_id_key" ON "open_item"("client_id", "company_id", "external_id");

-- CreateIndex
CREATE INDEX "payment_client_id_company_id_state_id_idx" ON "payment"("client_id", "company_id", "state", "id");

-- CreateIndex
CREATE INDEX "payment_client_id_open_item_id_idx" ON "payment"("client_id", "open_item_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_client_id_id_key" ON "payment"("client_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_client_id_end_to_end_id_key" ON "payment"("client_id", "end_to_end_id");

-- CreateIndex
CREATE UNIQUE INDEX "payment_approval_client_id_payment_id_user_id_snapshot_hash_key" ON "payment_approval"("client_id", "payment_id", "user_id", "snapshot_hash");

-- CreateIndex
CREATE UNIQUE INDEX "payment_attempt_client_id_payment_id_number_key" ON "payment_attempt"("client_id", "payment_id", "number");

-- CreateIndex
CREATE INDEX "match_client_id_company_id_id_idx" ON "match"("client_id", "company_id", "id");

-- CreateIndex
CREATE INDEX "match_client_id_entry_id_idx" ON "match"("client_id", "entry_id");

-- CreateIndex
CREATE INDEX "match_client_id_open_item_id_idx" ON "match"("client_id", "open_item_id");

-- CreateIndex
CREATE INDEX "match_client_id_payment_id_idx" ON "match"("client_id", "payment_id");

-- AddForeignKey
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "api_client"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "api_client"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "data_key" ADD CONSTRAINT "data_key_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "api_client"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "archive" ADD CONSTRAINT "archive_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "api_client"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "event" ADD CONSTRAINT "event_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "api_client"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_endpoint" ADD CONSTRAINT "webhook_endpoint_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "api_client"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "webhook_delivery" ADD CONSTRAINT "webhook_delivery_client_id_endpoint_id_fkey" FOREIGN KEY ("client_id", "endpoint_id") REFERENCES "webhook_endpoint"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "company" ADD CONSTRAINT "company_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "api_client"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_client_id_company_id_fkey" FOREIGN KEY ("client_id", "company_id") REFERENCES "company"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "link" ADD CONSTRAINT "link_client_id_user_id_fkey" FOREIGN KEY ("client_id", "user_id") REFERENCES "app_user"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "page_session" ADD CONSTRAINT "page_session_client_id_link_id_fkey" FOREIGN KEY ("client_id", "link_id") REFERENCES "link"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bankid_login" ADD CONSTRAINT "bankid_login_client_id_session_id_fkey" FOREIGN KEY ("client_id", "session_id") REFERENCES "page_session"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "message" ADD CONSTRAINT "message_client_id_user_id_fkey" FOREIGN KEY ("client_id", "user_id") REFERENCES "app_user"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement" ADD CONSTRAINT "agreement_client_id_company_id_fkey" FOREIGN KEY ("client_id", "company_id") REFERENCES "company"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_signer" ADD CONSTRAINT "agreement_signer_client_id_agreement_id_fkey" FOREIGN KEY ("client_id", "agreement_id") REFERENCES "agreement"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agreement_signer" ADD CONSTRAINT "agreement_signer_client_id_user_id_fkey" FOREIGN KEY ("client_id", "user_id") REFERENCES "app_user"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signature" ADD CONSTRAINT "signature_client_id_agreement_id_fkey" FOREIGN KEY ("client_id", "agreement_id") REFERENCES "agreement"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signature" ADD CONSTRAINT "signature_client_id_signer_id_fkey" FOREIGN KEY ("client_id", "signer_id") REFERENCES "agreement_signer"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review_case" ADD CONSTRAINT "review_case_client_id_agreement_id_fkey" FOREIGN KEY ("client_id", "agreement_id") REFERENCES "agreement"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection" ADD CONSTRAINT "connection_client_id_company_id_fkey" FOREIGN KEY ("client_id", "company_id") REFERENCES "company"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_client_id_company_id_fkey" FOREIGN KEY ("client_id", "company_id") REFERENCES "company"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_client_id_user_id_fkey" FOREIGN KEY ("client_id", "user_id") REFERENCES "app_user"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_client_id_connection_id_fkey" FOREIGN KEY ("client_id", "connection_id") REFERENCES "connection"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_client_id_company_id_fkey" FOREIGN KEY ("client_id", "company_id") REFERENCES "company"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_client_id_connection_id_fkey" FOREIGN KEY ("client_id", "connection_id") REFERENCES "connection"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_access" ADD CONSTRAINT "account_access_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_access" ADD CONSTRAINT "account_access_client_id_consent_id_fkey" FOREIGN KEY ("client_id", "consent_id") REFERENCES "consent"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sync_job" ADD CONSTRAINT "sync_job_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "file_import" ADD CONSTRAINT "file_import_client_id_company_id_fkey" FOREIGN KEY ("client_id", "company_id") REFERENCES "company"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "observation" ADD CONSTRAINT "observation_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entry" ADD CONSTRAINT "entry_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entry_detail" ADD CONSTRAINT "entry_detail_client_id_entry_id_fkey" FOREIGN KEY ("client_id", "entry_id") REFERENCES "entry"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entry_alias" ADD CONSTRAINT "entry_alias_client_id_entry_id_fkey" FOREIGN KEY ("client_id", "entry_id") REFERENCES "entry"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entry_revision" ADD CONSTRAINT "entry_revision_client_id_entry_id_fkey" FOREIGN KEY ("client_id", "entry_id") REFERENCES "entry"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "balance" ADD CONSTRAINT "balance_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_day" ADD CONSTRAINT "account_day_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "statement" ADD CONSTRAINT "statement_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entry_ruling" ADD CONSTRAINT "entry_ruling_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entry_ruling" ADD CONSTRAINT "entry_ruling_client_id_entry_id_fkey" FOREIGN KEY ("client_id", "entry_id") REFERENCES "entry"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "entry_attachment" ADD CONSTRAINT "entry_attachment_client_id_entry_id_fkey" FOREIGN KEY ("client_id", "entry_id") REFERENCES "entry"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "account_gap" ADD CONSTRAINT "account_gap_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "bank_call" ADD CONSTRAINT "bank_call_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "route_twin" ADD CONSTRAINT "route_twin_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "open_item" ADD CONSTRAINT "open_item_client_id_company_id_fkey" FOREIGN KEY ("client_id", "company_id") REFERENCES "company"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_client_id_account_id_fkey" FOREIGN KEY ("client_id", "account_id") REFERENCES "account"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_client_id_open_item_id_fkey" FOREIGN KEY ("client_id", "open_item_id") REFERENCES "open_item"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment_approval" ADD CONSTRAINT "payment_approval_client_id_payment_id_fkey" FOREIGN KEY ("client_id", "payment_id") REFERENCES "payment"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment_approval" ADD CONSTRAINT "payment_approval_client_id_user_id_fkey" FOREIGN KEY ("client_id", "user_id") REFERENCES "app_user"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment_attempt" ADD CONSTRAINT "payment_attempt_client_id_payment_id_fkey" FOREIGN KEY ("client_id", "payment_id") REFERENCES "payment"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "payment_attempt" ADD CONSTRAINT "payment_attempt_client_id_consent_id_fkey" FOREIGN KEY ("client_id", "consent_id") REFERENCES "consent"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "match" ADD CONSTRAINT "match_client_id_entry_id_fkey" FOREIGN KEY ("client_id", "entry_id") REFERENCES "entry"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "match" ADD CONSTRAINT "match_client_id_open_item_id_fkey" FOREIGN KEY ("client_id", "open_item_id") REFERENCES "open_item"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "match" ADD CONSTRAINT "match_client_id_payment_id_fkey" FOREIGN KEY ("client_id", "payment_id") REFERENCES "payment"("client_id", "id") ON DELETE RESTRICT ON UPDATE CASCADE;
