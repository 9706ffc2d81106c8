package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/internal/spelling"
)

const defaultConfig = "riposte.yaml"

// configFlag is embedded by verbs that read the configuration.
type configFlag struct {
	Config      string `placeholder:"FILE" help:"Configuration: a file, s3://BUCKET/KEY or ssm:/NAME. Default: what RIPOSTE_CONFIG names, else ./riposte.yaml where there is one; without one every playbook observes."`
	ConfigOwner string `placeholder:"ACCOUNT" help:"The account that the configuration's bucket has to belong to. Default: what RIPOSTE_CONFIG_OWNER names, else that of the credentials."`
}

// configEnv names the configuration where no flag does, ownerEnv the account of its bucket, as they do for the function.
const (
	configEnv = "RIPOSTE_CONFIG"
	ownerEnv  = "RIPOSTE_CONFIG_OWNER"
)

// reading is the longest that AWS may take for a configuration.
const reading = 20 * time.Second

// file is where the configuration is read from.
func (f configFlag) file() string { return cmp.Or(f.Config, os.Getenv(configEnv), defaultConfig) }

// reader reads the configuration from wherever it lies.
func (f configFlag) reader() *origin.Reader {
	return &origin.Reader{AWS: cloud.Load, Writer: cloud.Caller, Owner: cmp.Or(f.ConfigOwner, os.Getenv(ownerEnv))}
}

// load reads the configuration. One that is named must be there.
func (f configFlag) load(ctx context.Context, sh *shell) (*config.Config, error) {
	return f.loadBy(ctx, sh, f.reader())
}

func (f configFlag) loadBy(ctx context.Context, sh *shell, r *origin.Reader) (*config.Config, error) {
	c, _, err := f.loadText(ctx, sh, r)
	return c, err
}

// loadText reads the configuration, and the very bytes that it was read from: none where there is no configuration.
func (f configFlag) loadText(ctx context.Context, sh *shell, r *origin.Reader) (*config.Config, []byte, error) {
	name := f.file()
	if err := origin.Check(name); err != nil {
		return nil, nil, usage{err}
	}
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	text, err := r.Read(ctx, name)
	named := f.Config != "" || os.Getenv(configEnv) != ""
	if !named && errors.Is(err, fs.ErrNotExist) {
		c, err := config.Parse("", nil, sh.catalogue)
		return c, nil, err
	}
	switch {
	case err != nil && origin.Remote(name):
		return nil, nil, fmt.Errorf("read the configuration: %w", err)
	case err != nil:
		return nil, nil, usage{fmt.Errorf("read the configuration: %w", err)}
	}
	c, err := config.Parse(name, text.Bytes, sh.catalogue)
	if err == nil {
		c.Version = text.Version
	}
	return c, text.Bytes, err
}

// ledgerFlag is embedded by verbs that work on the record.
type ledgerFlag struct {
	configFlag
	Ledger string `placeholder:"FILE" help:"The ledger: a file, or dynamodb:TABLE. Default: what the configuration names, else ./riposte.db."`
}

// ledger is where the record is kept. A file needs no word before it.
func (f ledgerFlag) ledger(c *config.Config) (config.Ledger, error) {
	if f.Ledger == "" {
		return c.Ledger, nil
	}
	drivers := []string{config.SQLite, config.DynamoDB}
	driver, _, named := strings.Cut(f.Ledger, ":")
	meant := slices.Contains(drivers, driver) || named && spelling.Hint(driver, drivers) != "" // dynamo:record is no file
	if !meant {
		return config.Ledger{Driver: config.SQLite, Name: f.Ledger}, nil
	}
	var l config.Ledger
	if err := l.UnmarshalText([]byte(f.Ledger)); err != nil {
		return l, wrongUsage("--ledger %s: %w", f.Ledger, err)
	}
	return l, nil
}

// connect opens the ledger; a file that is not there is made, a table is not.
func (f ledgerFlag) connect(ctx context.Context, c *config.Config) (ledger.Store, error) {
	l, err := f.ledger(c)
	if err != nil {
		return nil, err
	}
	store, err := opened(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	return store, nil
}

func opened(ctx context.Context, l config.Ledger) (ledger.Store, error) {
	if l.Driver == config.SQLite {
		return sqlite.Open(ctx, l.Name)
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return nil, err
	}
	return dynamodb.Connect(ctx, base(event.Place{}), l.Name)
}

// record is an existing ledger with the configuration that it is read by.
type record struct {
	ledger.Store
	config *config.Config
	codec  action.Codec
	file   string      // or dynamodb:TABLE
	stage  *demo.Stage // of a demo's ledger that orders are given in, else nil

	release func() error // of the demo's world; nil where there is none, or where another process has it
}

// open opens a ledger that must be there: to halt a new one, which no riposte serves, would only look like safety.
func (f ledgerFlag) open(ctx context.Context, sh *shell) (record, error) {
	c, err := f.load(ctx, sh)
	if err != nil {
		return record{}, err
	}
	l, err := f.ledger(c)
	if err != nil {
		return record{}, err
	}
	file := l.Name
	if l.Driver != config.SQLite {
		file = l.String()
	} else if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return record{}, fmt.Errorf("there is no ledger %s: name one with --ledger, or make one with riposte demo --ledger FILE", file)
	}
	store, err := f.connect(ctx, c)
	if err != nil {
		return record{}, err
	}
	return record{Store: store, config: c, codec: action.NewCodec(sh.kinds...), file: file}, nil
}
