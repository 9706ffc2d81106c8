package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

type ledgerVerb struct {
	Verify  verifyVerb  `cmd:"" help:"Check that nothing in the record was changed, left out or cut off."`
	Changes changesVerb `cmd:"" help:"List brakes and configurations: what concerned every case, and when."`
}

type verifyVerb struct {
	ledgerFlag
	Checkpoint string `placeholder:"FILE" help:"Also check against checkpoints that were kept elsewhere, one JSON object per line."`
}

// verified is what --format json prints.
type verified struct {
	Whole       bool               `json:"whole"`
	Chains      int                `json:"chains"`
	Entries     int                `json:"entries"`
	Checkpoints int                `json:"checkpoints"`
	Checkpoint  *ledger.Checkpoint `json:"checkpoint,omitempty"`
	Broken      []ledger.Break     `json:"broken"`
}

// Run verifies the record.
func (v verifyVerb) Run(ctx context.Context, sh *shell) error {
	kept, err := checkpoints(v.Checkpoint)
	if err != nil {
		return err
	}
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	found, err := r.Verify(ctx, kept...)
	if err != nil {
		return fmt.Errorf("verify %s: %w", r.file, err)
	}
	out := verified{len(found.Broken) == 0, found.Chains, found.Entries, found.Checkpoints, nil, []ledger.Break{}}
	out.Broken = append(out.Broken, found.Broken...)
	if found.Last.Root != "" {
		out.Checkpoint = &found.Last
	}
	sh.verified(out)
	if !out.Whole {
		return fmt.Errorf("the ledger %s is broken in %d places", r.file, len(out.Broken))
	}
	return nil
}

func (sh *shell) verified(v verified) {
	if sh.json() {
		sh.object(v)
		return
	}
	for _, b := range v.Broken {
		sh.line("BROKEN %s, entry %d: %s", b.Chain, b.Seq, b.Why)
	}
	if v.Whole {
		sh.line("whole: %d chains, %d entries, %d checkpoints", v.Chains, v.Entries, v.Checkpoints)
	}
	if v.Checkpoint == nil {
		sh.remark("nothing is sealed yet: the riposte that serves this ledger makes a checkpoint every 15 minutes")
		return
	}
	b, err := json.Marshal(v.Checkpoint)
	sh.printed(err)
	sh.line("checkpoint %s", string(b))
}

// checkpoints reads those that were kept: as ledger verify prints them, in text or JSON.
func checkpoints(file string) (out []ledger.Checkpoint, err error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usage{fmt.Errorf("read the kept checkpoints: %w", err)}
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimPrefix(strings.TrimSpace(lines.Text()), "checkpoint ")
		if !strings.HasPrefix(text, "{") {
			continue // "whole: ..."
		}
		c, err := checkpoint(text)
		if err != nil {
			return nil, wrongUsage("%s:%d: not a checkpoint: %w", file, n, err)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, wrongUsage("%s holds no checkpoint: keep what ledger verify prints of one, the line that begins so", file)
	}
	return out, nil
}

// checkpoint is one line: the checkpoint itself, or the object around it that --format json prints.
func checkpoint(text string) (ledger.Checkpoint, error) {
	var around struct {
		Checkpoint json.RawMessage `json:"checkpoint"`
	}
	if err := json.Unmarshal([]byte(text), &around); err != nil {
		return ledger.Checkpoint{}, err
	}
	if around.Checkpoint != nil {
		text = string(around.Checkpoint)
	}
	var c ledger.Checkpoint
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return ledger.Checkpoint{}, err
	}
	if c.Root == "" {
		return ledger.Checkpoint{}, fmt.Errorf("it has no root")
	}
	return c, nil
}
