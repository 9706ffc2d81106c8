package show

import "strings"

// account is a case's account with what the configuration says of it.
func account(c Case) string {
	s := c.Account
	if c.AccountName != "" {
		s += " (" + c.AccountName + ")"
	}
	if c.Environment != "" {
		s += ", " + c.Environment
	}
	return s
}

// happening is what one looks for in CloudTrail.
func happening(e *Event) string {
	if e == nil {
		return ""
	}
	s := e.Call + ", id " + e.ID
	if e.RequestID != "" && e.RequestID != e.ID {
		s += ", request " + e.RequestID
	}
	return s
}

// calledFrom is what the record says of how it was called.
func calledFrom(e *Event) string {
	if e == nil {
		return ""
	}
	var said []string
	for _, x := range []struct{ before, text string }{{"", e.SourceIP}, {"with ", e.UserAgent}, {"key ", e.AccessKey}, {"MFA ", string(e.MFA)}} {
		if x.text != "" {
			said = append(said, x.before+x.text)
		}
	}
	return strings.Join(said, ", ")
}
