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
}

type parameterVersion struct {
	Value, By string
	Modified  time.Time
}

// parameterValue reads NAME or NAME:VERSION.
func (r *region) parameterValue(selector string) (string, bool) {
	name, version, versioned := strings.Cut(selector, ":")
	p, ok := r.Parameters[name]
	if !ok {
		return "", false
	}
	n := len(p.Versions)
	if versioned {
		var err error
		if n, err = strconv.Atoi(version); err != nil || n < 1 || n > len(p.Versions) {
			return "", false
		}
	}
	return p.Versions[n-1].Value, true
}
