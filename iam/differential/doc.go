// Package differential compares the evaluator of package iam with another, iam-simulate, on random cases: it holds tests alone. The other is
// a program under the AGPL, so that it runs as a process beside and is no part of this project. make differential has it run.
package differential
