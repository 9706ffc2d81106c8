package cli

import "github.com/ripostehq/riposte/internal/doctor"

// examined prints what a doctor finds, as it finds it.
type examined struct {
	sh    *shell
	count map[doctor.State]int
	err   error // of printing
}

func (e *examined) tell(f doctor.Finding) {
	if e.count == nil {
		e.count = map[doctor.State]int{}
	}
	e.count[f.State]++
	if e.err != nil {
		return
	}
	if e.sh.json() {
		e.err = e.sh.object(f)
		return
	}
	where := f.Account
	if f.Region != "" {
		where += " " + f.Region
	}
	if e.err = e.sh.line("%-8s %-13s %-27s %s", string(f.State), f.Check, where, f.Says); e.err == nil && f.Mend != "" {
		e.err = e.sh.line("%-51s-> %s", "", f.Mend)
	}
}

func (e *examined) end() error {
	if e.err != nil {
		return e.err
	}
	ok, warnings, failed := e.count[doctor.OK], e.count[doctor.Warning], e.count[doctor.Failed]
	if e.sh.json() {
		if err := e.sh.object(map[string]any{"summary": map[string]int{"ok": ok, "warnings": warnings, "failed": failed}}); err != nil {
			return err
		}
	} else {
		e.sh.remark("%d ok, %d to think about, %d that do not work", ok, warnings, failed)
	}
	if failed > 0 {
		return silent(exitFailed)
	}
	return nil
}
