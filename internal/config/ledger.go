package config

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/spelling"
)

// The stores that a ledger can be kept in.
const (
	SQLite   = "sqlite"
	DynamoDB = "dynamodb"
)

// Ledger is where the record is kept.
type Ledger struct {
	Driver string // SQLite or DynamoDB
	Name   string // a file, or a table
}

// UnmarshalText reads "sqlite:FILE" or "dynamodb:TABLE".
func (l *Ledger) UnmarshalText(b []byte) error {
	driver, name, ok := strings.Cut(string(b), ":")
	if !ok || name == "" || driver != SQLite && driver != DynamoDB {
		hint := ""
		if driver != SQLite && driver != DynamoDB {
			hint = spelling.Hint(driver, []string{SQLite, DynamoDB})
		}
		return fmt.Errorf("want sqlite:FILE or dynamodb:TABLE%s", hint)
	}
	*l = Ledger{driver, name}
	return nil
}

// String is the ledger as the file names it.
func (l Ledger) String() string { return l.Driver + ":" + l.Name }
