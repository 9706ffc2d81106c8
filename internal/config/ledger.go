package config

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/ripostehq/riposte/internal/spelling"
)

// The stores that a ledger can be kept in.
const (
	SQLite   = "sqlite"
	DynamoDB = "dynamodb"
)

// tableName as CreateTable takes it: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
var tableName = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)

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
	if driver == DynamoDB && !tableName.MatchString(name) {
		return fmt.Errorf("%q can't be the name of a table: want 3 to 255 letters, digits and any of . _ -, and no ARN", name)
	}
	*l = Ledger{driver, name}
	return nil
}

// String is the ledger as the file names it.
func (l Ledger) String() string { return l.Driver + ":" + l.Name }
