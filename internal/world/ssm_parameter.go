package world

import (
	"strconv"
	"strings"
	"time"
)

// parameter is one Systems Manager parameter; version n stands at Versions[n-1].
type parameter struct {
	Name, Type string
	Versions   []parameterVersion
	Labels     map[string]int // the version that each stands on
}

type parameterVersion struct {
	Value, By string
	Modified  time.Time
}

// at is the version that a selector means: a number, a label, or "" for the newest; 0 where there is none.
func (p *parameter) at(selector string, selected bool) int {
	if !selected {
		return len(p.Versions)
	}
	if n, err := strconv.Atoi(selector); err == nil && n >= 1 && n <= len(p.Versions) {
		return n
	}
	return p.Labels[selector]
}

// parameterValue reads NAME, NAME:VERSION or NAME:LABEL.
func (r *region) parameterValue(selector string) (string, bool) {
	name, version, versioned := strings.Cut(selector, ":")
	p, ok := r.Parameters[name]
	if !ok {
		return "", false
	}
	n := p.at(version, versioned)
	if n == 0 {
		return "", false
	}
	return p.Versions[n-1].Value, true
}
