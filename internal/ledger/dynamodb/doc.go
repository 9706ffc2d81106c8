// Package dynamodb keeps the ledger in one DynamoDB table, shared by any number of replicas and functions.
//
// Every item has the keys pk and sk (strings). Nothing that all commits would have to change exists: a case and its chain
// are one partition, checkpoints name the heads of the chains that grew.
//
//	question                              answered by
//	a case as it stands                   pk CASE, sk head; where it is large, its payload in sk part#NNN
//	its history                           pk CASE, sk entry#SEQ; pk brakes, pk exceptions and pk checkpoints likewise
//	what waits in its inbox               its head lists it; pk CASE, sk message#SUM (half of it)
//	is this lead known                    pk lead#SUM, sk lead: the case that has it
//	which case is open on this root       pk root#SUM, sk root
//	what can be claimed, and when next    index wake: wake_in SCHEMA#URGENCY#SHARD, wake_at (a position: by severity and
//	                                      rank what was due when it was written, by time the rest); only what has a due time
//	all cases, or those whose id begins   index cases: list_in SHARD, pk; backwards for a page of the newest
//	which chains a checkpoint must seal   index unsealed: seal_in SHARD, pk; only those that grew since the last
//	an effect, all effects                pk effects#SHARD, sk SUM
//	did the effects change                pk generation, sk NN: counters, their sum
//	is this request ours                  pk request#SUM, sk request
//	how many incidents since then         pk limit#BUCKET, sk at#TIME#SUM; sk fence orders those that can be refused
//	exceptions in force                   pk exception#SUM, sk UNTIL#CASE; those of an account or an actor: the SUM of the playbook and "*";
//	                                      all of them: pk exceptions#SHARD, sk UNTIL#CASE
//	what was observed of a resource       pk observed#SUM, sk TIME#ON#SUM
//	how much an actor did                 pk counted#SUM, sk at#TIME#SUM: an item for each suspect that counts
//	an actor's last incident              pk trace#SUM, sk trace
//	which cases are of an incident        pk incident#CASE, sk CASE
//	a letter                              pk letter#SUM, sk letter: by its recipient, channel and matter
//	what letter can be taken, and when    index wake: wake_in letter#0 (urgent) or letter#1, wake_at; only what is owed
//	all letters, those about a matter,    pk letters#SHARD, pk letters-about#SUM, pk letters-of#CASE, sk LETTER: its pk
//	those that name a case
//	brakes that are on                    pk brakes, sk brake#SUM
//	a day's duties of sweeps              pk duties, sk DAY/ACCOUNT; pk swept-accounts, sk ACCOUNT
//	what a listing covered                pk coverages#ACCOUNT, sk REGION#KIND; what the account's chain seals of it: sk !seal
//	streaks of a listing                  pk streaks#ACCOUNT#REGION#KIND, sk PLAYBOOK#ID
//	a price that was asked for            pk price#SUM, sk price
//	the table's schema                    pk ledger, sk ledger: the schema
//
// SUM is a SHA-256 in hex of what is asked for, so that no name in AWS is too long for a key. Times are nanoseconds since
// 1970. Nothing of the record has a time to live; what is counted, traces and letters have (attribute ends, in seconds), which a deployment's table
// goes by: where it is not switched on, those items stay.
//
// Everything is read consistently but for the three indexes, which DynamoDB keeps up a moment later. A claim is therefore a
// conditional write on the head itself, and what this process wrote a moment ago is remembered until the index has it.
//
// A write request is one TransactWriteItems or one UpdateItem, whatever it holds. From opened to contained a case takes
// five: its admission; the claim; the commit of the first intent; of its outcome with the second intent; and the last, which
// ends the lease. An admission that joins a case, a message, a case given back are one each, a checkpoint is one and one more
// for each chain that it sealed. What another's write got in the way of is written again.
package dynamodb
