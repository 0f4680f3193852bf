-- What Prisma's schema cannot say: who sees which row, how a state may move, what may never change.
-- Roles are shared by a whole cluster, so they, their grants and the relay's policies are made by src/database/roles.ts.

------------------------------------------------------------------------------------------------------------------------
-- Whose session this is. After a transaction a local setting is '' and not null.

create function app_client_id() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('app.client_id', true), '') $$;

-- Companies of other clients that the session was granted to read, as an array literal.
create function app_granted_companies() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('app.granted_companies', true), '') $$;

------------------------------------------------------------------------------------------------------------------------
-- State machines: a row is born in and moves to what the table `transition` says, and nothing else. Births have the
-- from_state ''. The trigger's argument is the machine.

create function enforce_transition() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  left_state text := '';
begin
  if tg_op = 'UPDATE' then
    if new.state = old.state then
      return new;
    end if;
    left_state := old.state;
  end if;
  if not exists (
    select from public.transition t
    where t.machine = tg_argv[0] and t.from_state = left_state and t.to_state = new.state
  ) then
    raise exception '% may not move from "%" to "%"', tg_argv[0], left_state, new.state
      using errcode = 'check_violation', constraint = 'transition', table = tg_table_name, schema = tg_table_schema;
  end if;
  return new;
end $$;

------------------------------------------------------------------------------------------------------------------------
-- What was said stays said, also for the owner of the tables.

create function refuse_change() returns trigger language plpgsql
  set search_path = pg_catalog, pg_temp as $$
begin
  raise exception '% is insert-only', tg_table_name
    using errcode = 'insufficient_privilege', table = tg_table_name, schema = tg_table_schema;
end $$;

create function make_insert_only(name regclass) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
begin
  execute format('create trigger insert_only before update or delete on %s
    for each row execute function public.refuse_change()', name);
  execute format('create trigger insert_only_whole before truncate on %s
    for each statement execute function public.refuse_change()', name);
end $$;

------------------------------------------------------------------------------------------------------------------------
-- Row level security and the state trigger for every table there is. Called here, at the end of every later migration
-- and after every migration run, so that no table can be forgotten. Touches only what is missing.

create function protect_tables() returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  item record;
begin
  for item in
    select c.oid::regclass::text as name, c.relname, c.oid,
      not (c.relrowsecurity and c.relforcerowsecurity) as unforced,
      case c.relname when 'api_client' then 'id' else 'client_id' end as owner_column,
      case when c.relname = 'company' then 'id'
        when exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'company_id'
          and not a.attisdropped) then 'company_id' end as company_column,
      exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'state'
        and not a.attisdropped) as has_state
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and (c.relname = 'api_client' or exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'client_id' and not a.attisdropped))
  loop
    if item.unforced then
      execute format('alter table public.%I enable row level security', item.relname);
      execute format('alter table public.%I force row level security', item.relname);
    end if;
    if not exists (select from pg_policy p where p.polrelid = item.oid and p.polname = 'own_client') then
      execute format('create policy own_client on public.%I
        using (%2$I = (select public.app_client_id())) with check (%2$I = (select public.app_client_id()))',
        item.relname, item.owner_column);
    end if;
    -- A granted company may be read and nothing more: a single policy for all commands would let a grantee delete
    -- its rows, or take them over by an update of client_id.
    if item.company_column is not null
      and not exists (select from pg_policy p where p.polrelid = item.oid and p.polname = 'granted_company') then
      execute format('create policy granted_company on public.%I for select
        using (%I = any ((select public.app_granted_companies())::text[]))', item.relname, item.company_column);
    end if;
    if item.has_state
      and not exists (select from pg_trigger t where t.tgrelid = item.oid and t.tgname = 'state_moves') then
      execute format('create trigger state_moves before insert or update of state on public.%I
        for each row execute function public.enforce_transition(%L)', item.relname, item.relname);
    end if;
  end loop;
end $$;

------------------------------------------------------------------------------------------------------------------------
-- The few questions that are asked before a client is known. They answer with ids only, and run as kontobro_relay,
-- which can read no other columns (src/database/roles.ts).

create function find_api_key(hash text) returns table (id text, client_id text, scopes text[])
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select k.id, k.client_id, k.scopes from public.api_key k where k.hash = $1 and k.revoked_at is null $$;

create function find_link(hash text) returns table (id text, client_id text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select l.id, l.client_id from public.link l where l.hash = $1 $$;

create function find_page_session(hash text) returns table (id text, client_id text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select s.id, s.client_id from public.page_session s where s.hash = $1 $$;

-- Clients whose oldest event without a place in the feed is oldest, first. Ids begin with their time.
create function clients_with_unfed_events(max int) returns table (client_id text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select o.client_id from public.event_outbox o group by o.client_id order by min(o.event_id) limit $1 $$;

create function clients_with_unsealed_audit(max int) returns table (client_id text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select o.client_id from public.audit_outbox o group by o.client_id order by min(o.audit_id) limit $1 $$;

-- For the operator, who checks every chain there is.
create function clients_with_audit_chain() returns table (client_id text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select distinct s.client_id from public.audit_seal s order by 1 $$;

-- Takes due work under a lease, oldest first; what another process is taking is passed over. `attempts` counts this one.
-- Due times are on the injected clock, leases on the machine's: a test clock may jump a day while a job runs. A lease
-- that ran out makes its row due whatever its time says, since a running row's time is far away (src/jobs/lease.ts).
create function claim_due(
  kinds text[], now timestamptz, machine_now timestamptz, lease_until timestamptz, lease_token text, max int
)
  returns table (id text, client_id text, kind text, subject_id text, attempts int)
  language sql volatile security definer set search_path = pg_catalog, pg_temp
  as $$
    -- Kind by kind in the order of an index: however much is due, and of whichever kind, only the first rows are read.
    with waiting as materialized (
      select f.id, f.due_at from unnest($1) as k (kind) cross join lateral (
        select w.id, w.due_at from public.due_work w
        where w.kind = k.kind and w.lease_until is null and w.due_at <= $2
        order by w.due_at, w.id limit $6
        for update skip locked
      ) f
    ), lost as materialized (
      select w.id, w.due_at from public.due_work w
      where w.lease_until is not null and w.lease_until <= $3 and w.kind = any ($1)
      order by w.lease_until limit $6
      for update skip locked
    ), due as materialized (
      select found.id from (select * from waiting union all select * from lost) found
      order by found.due_at, found.id limit $6
    )
    update public.due_work w set lease_until = $4, lease_token = $5, attempts = w.attempts + 1
    -- An array: joined, all rows are read where PostgreSQL does not know how few are asked for.
    where w.id = any (array(select due.id from due))
    returning w.id, w.client_id, w.kind, w.subject_id, w.attempts
  $$;

-- For the operator: work that is parked (due far away, nobody runs it), late by five minutes, or fails and is tried again.
create function due_work_counts(now timestamptz) returns table (kind text, parked bigint, late bigint, failing bigint)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select w.kind, count(*) filter (where w.due_at >= '9999-01-01'),
      count(*) filter (where w.due_at < $1 - interval '5 minutes'),
      count(*) filter (where w.failures > 0 and w.due_at < '9999-01-01')
    from public.due_work w where w.lease_until is null group by w.kind
  $$;

-- The same work, row by row; or one row, whatever its state.
create function due_work_troubled(now timestamptz, wanted text, max int)
  returns table (id text, client_id text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select w.id, w.client_id from public.due_work w
    where case when $2 is not null then w.id = $2
      else w.lease_until is null
        and (w.due_at >= '9999-01-01' or w.due_at < $1 - interval '5 minutes' or w.failures > 0) end
    order by w.id limit $3
  $$;

-- Clients that have something to be destroyed: raw input past its time, sessions of expired links, old log-ins, old
-- answers, what was counted against a bank's limits long ago.
create function clients_with_expired(now timestamptz, max int) returns table (client_id text)
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select distinct x.client_id from (
      select a.client_id from public.archive a where a.expires_at <= $1
      union all select k.client_id from public.idempotency_key k where k.expires_at <= $1
      union all select b.client_id from public.bankid_login b where b.created_at <= $1 - interval '1 day'
      union all select s.client_id from public.page_session s join public.link l on l.id = s.link_id
        where s.expires_at <= $1 and l.expires_at <= $1
      union all select c.client_id from public.bank_call c where c.at <= $1 - interval '30 days'
    ) x limit $2
  $$;

revoke execute on function find_api_key(text), find_link(text), find_page_session(text),
  clients_with_unfed_events(int), clients_with_unsealed_audit(int), clients_with_audit_chain(),
  claim_due(text[], timestamptz, timestamptz, timestamptz, text, int),
  due_work_counts(timestamptz), due_work_troubled(timestamptz, text, int),
  clients_with_expired(timestamptz, int) from public;

------------------------------------------------------------------------------------------------------------------------
-- What claim_due looks for, found without reading work that runs, waits or is parked.
create index due_work_waiting on due_work (kind, due_at, id) where lease_until is null;
create index due_work_leased on due_work (lease_until) where lease_until is not null;

-- Calendar dates are text; a proof has four answers; one explanation per entry, detail and target stands at a time.

alter table entry add constraint entry_dates check (
  booking_date ~ '^\d{4}-\d\d-\d\d$' and value_date ~ '^\d{4}-\d\d-\d\d$');
alter table observation add constraint observation_dates check (booking_date ~ '^\d{4}-\d\d-\d\d$');
alter table balance add constraint balance_dates check (date ~ '^\d{4}-\d\d-\d\d$');
alter table account_day add constraint account_day_dates check (date ~ '^\d{4}-\d\d-\d\d$');
alter table account_day add constraint account_day_proof check (proof in ('open', 'proven', 'gap', 'unprovable'));
alter table open_item add constraint open_item_dates check (due_date ~ '^\d{4}-\d\d-\d\d$');
alter table payment add constraint payment_dates check (execution_date ~ '^\d{4}-\d\d-\d\d$');
alter table payment add constraint payment_amount check (amount_minor > 0);
create unique index match_stands_once on match
  (client_id, entry_id, coalesce(detail_id, ''), coalesce(open_item_id, ''), coalesce(payment_id, ''))
  where undone_at is null;

------------------------------------------------------------------------------------------------------------------------

select make_insert_only(name::regclass) from unnest(array[
  'event', 'feed', 'state_change', 'audit_entry', 'audit_seal', 'audit_head', 'observation', 'entry_revision'
]) as name;

select protect_tables();
