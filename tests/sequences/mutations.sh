#!/usr/bin/env bash
# Whether the sequences notice mistakes: each mutation is made in a copy of the sources, and the test must fail.
#
#     tests/sequences/mutations.sh [words of the names of mutations..]
#
# One build each. The copy and its build are in $TMPDIR/signals-mutations, and stay there for the next time.
set -uo pipefail
cd "$(dirname "$0")/../.."

folder=${TMPDIR:-/tmp}/signals-mutations
wanted=("$@")
missed=0

copy() {
    mkdir -p "$folder/sources"
    # Files that are not changed keep their time, so that little is built again.
    rsync --archive --checksum --delete --exclude target --exclude .git ./ "$folder/sources/"
}

# mutation NAME FILE FROM TO
mutation() {
    local name=$1 file=$2 word
    for word in "${wanted[@]}"; do
        [[ $name == *"$word"* ]] || return 0
    done
    copy
    FROM=$3 TO=$4 perl -0pi -e 's/\Q$ENV{FROM}\E/$ENV{TO}/ or exit 3' "$folder/sources/$file" || true
    if cmp --silent "$file" "$folder/sources/$file"; then
        echo "OUTDATED  $name: $file has no longer what it replaces"
        missed=$((missed + 1))
        return
    fi
    if ! (cd "$folder/sources" && CARGO_TARGET_DIR=$folder/target cargo test --quiet --no-default-features --features sqlite \
        --test sequences --no-run 2> "$folder/build"); then
        echo "OUTDATED  $name: it does not compile, see $folder/build"
        missed=$((missed + 1))
        return
    fi
    if (cd "$folder/sources" && SIGNALS_SEQUENCES=1000 SIGNALS_SEED=41 CARGO_TARGET_DIR=$folder/target cargo test --quiet \
        --no-default-features --features sqlite --test sequences > "$folder/log" 2>&1); then
        echo "MISSED    $name"
        missed=$((missed + 1))
    else
        echo "noticed   $name"
    fi
}

mutation "save_fields tells of changes in other fields" src/model/save.rs \
    'written.map_or(changes, |fields| changes.intersection(fields))' 'changes'
mutation "a failed save leaves its key and its version" src/model/draft.rs \
    'self.row.restore_columns(before);' 'drop(before);'
mutation "a row is read again after it was written, as previous" src/model/row_history.rs \
    'self.previous = first.previous;' ''
mutation "a row that was inserted and updated is not created" src/model/row_history.rs \
    'self.created |= first.created;' ''
mutation "post_commit tells of what was typed and not saved" src/model/commit.rs \
    'let (instance, previous) = (row.unwrap_or_else(|| instance.boxed_columns()),' \
    'let (instance, previous) = (row.map_or_else(|| instance.boxed_columns(), |_| instance.boxed_columns()),'
mutation "the delete of a new row is sent" src/model/commit.rs \
    'origin == Origin::Existed && !tx.has_recorded(&key, RowHistory::is_replaced)' 'origin == Origin::Existed'
mutation "the delete of a row that does not exist is sent" src/model/commit.rs \
    'origin == Origin::Existed && !tx.has_recorded(&key, RowHistory::is_replaced)' '!tx.has_recorded(&key, RowHistory::is_replaced)'
mutation "the delete of a row that was inserted again is sent" src/model/row_history.rs \
    'self.removed.filter(|_| !exists)' 'self.removed'
mutation "a deleted row has a post_rollback" src/model/delete_signals.rs \
    'commit::deleted(row.get(), tx);' ''
mutation "what a cascade sets to null is not read again" src/model/cascade.rs \
    'commit::changed(pointing.meta, tx);' ''
mutation "what update_where writes is not read again" src/model/bulk/update.rs \
    'commit::changed(M::MODEL, tx);' ''
mutation "a savepoint that is kept forgets its post_commit" src/db/savepoint_stack.rs \
    'self.queue.extend(savepoint.queue);' 'drop(savepoint.queue);'
mutation "a savepoint that is undone has no post_rollback" src/db/savepoint_stack.rs \
    'self.queue.extend(hooks.into_iter().map(Queued::AnyEnd));' 'drop(hooks);'
mutation "hooks run last first" src/db/savepoint_stack.rs \
    'let hooks = queue.into_iter().filter_map(run).collect();' 'let hooks = queue.into_iter().rev().filter_map(run).collect();'
mutation "a failed save does not break the transaction" src/db/tx.rs \
    'tx.fail(error);' ''
mutation "get_or_create breaks the transaction" src/model/lookup.rs \
    'tx.savepoint_at(exec.at, async |tx| save::save_any(instance, tx.exec(exec.at), &SaveMode::Insert).await)' \
    'async { save::save_any(instance, tx.exec(exec.at), &SaveMode::Insert).await }'
mutation "parents are deleted before their children" src/model/cascade.rs \
    'let free = waiting.iter().position(|parent| !waiting.iter().any(|child| needs(child.meta, parent.meta)));' \
    'let free: Option<usize> = None;'
mutation "pre_delete is sent from the largest key on" src/model/cascade.rs \
    'group.rows.sort_by(|a, b| compare(a.key(), b.key()));' 'group.rows.sort_by(|a, b| compare(b.key(), a.key()));'
mutation "restrict is forgiven to no row" src/model/cascade.rs \
    'refused.on_delete == OnDelete::Restrict && self' 'refused.on_delete == OnDelete::DoNothing && self'
mutation "set_null leaves the version" src/model/sql/mod.rs \
    'let assignments = list([format!("{column} = {last}")].into_iter().chain(next_version(meta)));' \
    'let assignments = list([format!("{column} = {last}")].into_iter());'
mutation "an update takes any version" src/model/sql/mod.rs \
    'update_by(meta, &set, next_version(meta), meta.version, dialect)' 'update_by(meta, &set, next_version(meta), None, dialect)'
mutation "set adds what is related already" src/model/many_to_many/write.rs \
    'self.add(without(&ids, &before)).await' 'self.add(ids).await'
mutation "what a receiver takes out is added all the same" src/model/many_to_many/write.rs \
    'self.insert_missing(missing).await?;' 'self.insert_missing(before).await?;'
mutation "a symmetrical relation is removed from one side" src/model/many_to_many/sql.rs \
    'if symmetrical {' 'if false {'
mutation "a bulk signal is sent for no row" src/model/bulk/update.rs \
    'if count > 0 && M::MODEL.lifecycle.post_bulk_update' 'if M::MODEL.lifecycle.post_bulk_update'

mutation "update_or_create writes every field" src/model/update_or_create.rs \
    'save::save_any(instance, exec, &SaveMode::Update(write)).await?;' \
    'save::save_any(instance, exec, &SaveMode::InsertOrUpdate).await?;'
mutation "upsert leaves fields with an update" src/model/upsert.rs \
    'let write = if write.is_empty() { write } else { write | FieldSet::set_by_saves_of(meta) };' ''
mutation "a row with a key is never new" src/model/save.rs \
    'Ok(load::same_row_for_update(self.exec, self.row).await?.is_none())' 'Ok(false)'

echo "$missed missed or outdated"
((missed == 0))
