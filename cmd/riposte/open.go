package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

const defaultConfig = "riposte.yaml"

// configFlag is embedded by verbs that read the configuration.
type configFlag struct {
	Config string `placeholder:"FILE" help:"Configuration. Default: ./riposte.yaml where there is one; without one every playbook observes."`
}

// load reads the configuration.
func (f configFlag) load(sh *shell) (*config.Config, error) {
	name := f.Config
	if name == "" {
		name = defaultConfig
	}
	data, err := os.ReadFile(name)
	if f.Config == "" && errors.Is(err, fs.ErrNotExist) {
		return config.Default(sh.catalogue)
	}
	if err != nil {
		return nil, usage{fmt.Errorf("read the configuration: %w", err)}
	}
	return config.Parse(name, data, sh.catalogue)
}

// ledgerFlag is embedded by verbs that work on the record.
type ledgerFlag struct {
	configFlag
	Ledger string `placeholder:"FILE" help:"The ledger's file. Default: what the configuration names, else ./riposte.db."`
}

// path is the ledger's file.
func (f ledgerFlag) path(c *config.Config) (string, error) {
	if f.Ledger != "" {
		return f.Ledger, nil
	}
	if c.Ledger.Driver != config.SQLite {
		return "", usage{fmt.Errorf("this build keeps ledgers in SQLite files, and the configuration names %s", c.Ledger)}
	}
	return c.Ledger.Name, nil
}

// record is an existing ledger with the configuration that it is read by.
type record struct {
	*sqlite.Store
	config *config.Config
	file   string
	stage  *demo.Stage // of a demo's ledger that orders are given in, else nil

	release func() error // of the demo's world; nil where there is none, or where another process has it
}

// open opens a ledger that must be there: to halt a ledger that nobody serves would only look like safety.
func (f ledgerFlag) open(ctx context.Context, sh *shell) (record, error) {
	c, err := f.load(sh)
	if err != nil {
		return record{}, err
	}
	file, err := f.path(c)
	if err != nil {
		return record{}, err
	}
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return record{}, fmt.Errorf("there is no ledger %s: name one with --ledger, or make one with riposte demo --ledger FILE", file)
	}
	store, err := sqlite.Open(ctx, file)
	if err != nil {
		return record{}, fmt.Errorf("open the ledger: %w", err)
	}
	return record{Store: store, config: c, file: file}, nil
}
