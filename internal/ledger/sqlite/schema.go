package sqlite

// application marks the file as a ledger of riposte ("rpst"), so that another program's database is never written to.
const application = 0x72707374

// base is the schema of 0.1.0. What was written before names resources otherwise, and is refused: see docs/decisions.md.
const base = 7

// migrations are applied in order, once each: the first makes schema base, each further one the next. They are only ever added to.
//
// Times are nanoseconds since 1970, NULL for never. What a case carries beside its payload:
//   - n: the seq of its first entry; oldest first
//   - root: the playbook and root that leads join by, NULL once closed
//   - wake: the later of due and the end of the lease: when the case can be claimed
//   - urgency: 0 must act, 1 waits or is verified, 2 only owes a report; of what sweeps brought 3 must act, 4 is the rest
//   - severity: 0 critical to 3 low
//   - rank: from when on the case stands in the order of claims, as its admission said
//   - place: the later of rank and due, once a claim has found the case due: those that have one stand in the order of
//     claims, all others in that of time
//   - head: hash of the last entry of its chain
//
// What a list asks for stands in an index of its own, in the order of lists: a page of what is rare passes over what does not
// fit without reading it, whose payload is some kilobytes.
//
// What a letter carries beside its body, which holds all of it (ledger.LetterRow): wake is when it can be taken, NULL where it is not owed;
// ends is when it may go.
//
// Of a million streaks each byte counts. What a streak carries:
//   - id: of the resource, see ledger.Streak.KeyIn
//   - first: its milliseconds since 1970; age: by how many Since is before it
//   - shape: severity, title and facts, which thousands have in common but for the id in them; 0 where more has them
//   - more: JSON of what most do not have, NULL where there is none (see rest)
//
// What a name carries beside its key: the number of its source, the rest of the id of the resource, a hash of the key, and what it is in shape (see names.go); since
// and gone are seconds since 1970, 0 for never.
//
// What a listing carries beside its coverage: duty, that wrote last; digest, sealed and streaks: see ledger.ListingRow.
//
// What a message carries: n, the seq of its entry, and its class, by which it is handed out.
var migrations = []string{`
PRAGMA application_id = 0x72707374;
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('schema', 0), ('effects', 0);

CREATE TABLE cases (
	n        INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	schema   INTEGER NOT NULL,
	playbook TEXT NOT NULL,
	account  TEXT NOT NULL,
	state    TEXT NOT NULL,
	root     TEXT,
	payload  BLOB,
	version  INTEGER NOT NULL,
	due      INTEGER,
	holder   TEXT,
	lease    INTEGER,
	wake     INTEGER,
	urgency  INTEGER NOT NULL,
	severity INTEGER NOT NULL DEFAULT 1,
	rank     INTEGER NOT NULL DEFAULT 0,
	place    INTEGER,
	attempts INTEGER NOT NULL DEFAULT 0,
	head     TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX cases_root ON cases (root) WHERE root IS NOT NULL;
CREATE INDEX cases_timer ON cases (wake) WHERE place IS NULL AND wake IS NOT NULL;
CREATE INDEX cases_ready ON cases (urgency, severity, place, n) WHERE place IS NOT NULL;
CREATE INDEX cases_lease ON cases (lease) WHERE lease IS NOT NULL;
CREATE INDEX cases_open ON cases (n) WHERE state IN ('suspected', 'asked', 'held', 'acting', 'contained', 'undoing');

CREATE TABLE inbox (
	key     TEXT NOT NULL,
	case_id TEXT NOT NULL REFERENCES cases (id),
	n       INTEGER NOT NULL,
	class   INTEGER NOT NULL DEFAULT 2,
	body    BLOB,
	taken   INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (key, case_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbox_class ON inbox (case_id, class, n) WHERE taken = 0;

CREATE TABLE effects (key TEXT PRIMARY KEY, body BLOB NOT NULL, version INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TRIGGER effects_added AFTER INSERT ON effects BEGIN UPDATE meta SET value = value + 1 WHERE key = 'effects'; END;
CREATE TRIGGER effects_set AFTER UPDATE ON effects BEGIN UPDATE meta SET value = value + 1 WHERE key = 'effects'; END;
CREATE TRIGGER effects_gone AFTER DELETE ON effects BEGIN UPDATE meta SET value = value + 1 WHERE key = 'effects'; END;
CREATE TABLE requests (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE places (
	bucket   TEXT NOT NULL,
	incident TEXT NOT NULL,
	at       INTEGER NOT NULL,
	PRIMARY KEY (bucket, incident)
) STRICT, WITHOUT ROWID;
CREATE INDEX places_at ON places (bucket, at);
CREATE TABLE exceptions (
	playbook TEXT NOT NULL,
	root     TEXT NOT NULL,
	until    INTEGER NOT NULL,
	body     BLOB NOT NULL,
	PRIMARY KEY (playbook, root, until)
) STRICT, WITHOUT ROWID;
CREATE TABLE brakes (scope TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE replicas (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE observations (
	resource TEXT NOT NULL,
	of       TEXT NOT NULL,
	at       INTEGER NOT NULL,
	shows    INTEGER NOT NULL,
	event    TEXT NOT NULL,
	body     BLOB NOT NULL,
	PRIMARY KEY (resource, of, at, shows, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE entries (seq INTEGER PRIMARY KEY, chain TEXT NOT NULL, hash TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE INDEX entries_chain ON entries (chain, seq);
`, `
CREATE TABLE counted (
	who    TEXT NOT NULL,
	at     INTEGER NOT NULL,
	lead   TEXT NOT NULL,
	weight INTEGER NOT NULL,
	PRIMARY KEY (who, at, lead)
) STRICT, WITHOUT ROWID;
CREATE INDEX counted_at ON counted (at);
`, `
CREATE TABLE traces (who TEXT PRIMARY KEY, incident TEXT NOT NULL, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX traces_last ON traces (last);
CREATE TABLE incident_cases (incident TEXT NOT NULL, case_id TEXT NOT NULL, PRIMARY KEY (incident, case_id)) STRICT, WITHOUT ROWID;
`, `
CREATE INDEX cases_listed ON cases (n, state, playbook, account);
`, `
CREATE TABLE letters (
	n      INTEGER PRIMARY KEY,
	id     TEXT NOT NULL UNIQUE,
	key    TEXT NOT NULL UNIQUE,
	matter TEXT NOT NULL,
	body   BLOB NOT NULL,
	urgent INTEGER NOT NULL DEFAULT 0,
	failed INTEGER NOT NULL DEFAULT 0,
	wake   INTEGER,
	lease  INTEGER,
	ends   INTEGER
) STRICT;
CREATE INDEX letters_wake ON letters (urgent DESC, wake) WHERE wake IS NOT NULL;
CREATE INDEX letters_failed ON letters (n) WHERE failed = 1;
CREATE INDEX letters_lease ON letters (lease) WHERE lease IS NOT NULL;
CREATE INDEX letters_matter ON letters (matter, n);
CREATE INDEX letters_ends ON letters (ends) WHERE ends IS NOT NULL;
CREATE TABLE letter_cases (case_id TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (case_id, n)) STRICT, WITHOUT ROWID;
CREATE INDEX letter_cases_n ON letter_cases (n);
`, `
CREATE TABLE duties (day TEXT NOT NULL, account TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (day, account)) STRICT, WITHOUT ROWID;
CREATE TABLE listings (
	n       INTEGER PRIMARY KEY,
	account TEXT NOT NULL,
	region  TEXT NOT NULL,
	kind    TEXT NOT NULL,
	body    BLOB NOT NULL,
	duty    TEXT NOT NULL,
	digest  TEXT NOT NULL,
	sealed  TEXT,
	streaks BLOB,
	UNIQUE (account, region, kind)
) STRICT;
CREATE TABLE streak_playbooks (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE streak_shapes (n INTEGER PRIMARY KEY, text BLOB NOT NULL UNIQUE, uses INTEGER NOT NULL) STRICT;
CREATE TABLE streaks (
	listing  INTEGER NOT NULL,
	playbook INTEGER NOT NULL,
	id       TEXT NOT NULL,
	first    INTEGER NOT NULL,
	age      INTEGER NOT NULL,
	sweep    INTEGER NOT NULL,
	shape    INTEGER NOT NULL,
	more     BLOB,
	PRIMARY KEY (listing, playbook, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE prices (item TEXT PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX prices_at ON prices (at);
`, `
CREATE TABLE name_sources (
	n         INTEGER PRIMARY KEY,
	partition TEXT NOT NULL,
	account   TEXT NOT NULL,
	region    TEXT NOT NULL,
	kind      TEXT NOT NULL,
	zone      TEXT NOT NULL,
	UNIQUE (account, region, kind, zone, partition)
) STRICT;
CREATE TABLE names (
	source INTEGER NOT NULL,
	id     TEXT NOT NULL,
	hash   INTEGER NOT NULL,
	shape  INTEGER NOT NULL,
	since  INTEGER NOT NULL,
	gone   INTEGER NOT NULL,
	key    TEXT,
	PRIMARY KEY (source, id, hash, shape)
) STRICT, WITHOUT ROWID;
CREATE INDEX names_hash ON names (hash);
`}

// schema is what all migrations lead to.
func schema() int { return base + len(migrations) - 1 }
