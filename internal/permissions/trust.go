package permissions

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/iam"
)

// Trustee is the one principal that the tiers' roles let in: riposte's own role.
type Trustee struct {
	Principal    string // ARN of the role that riposte runs as, in the hub account
	ExternalID   string // must be passed, so that no caller can talk riposte's role into entering another's account
	Organization string // o-...; "": the principal's ARN says enough
}

// TrustDocument is a role's trust policy, to be written.
type TrustDocument struct {
	Version   string
	Statement []TrustStatement
}

// TrustStatement is one statement of a TrustDocument: the principal that may assume the role, and under which conditions.
type TrustStatement struct {
	Sid       string
	Effect    string
	Principal map[string]string
	Action    string
	Condition map[string]map[string]any // operator, key, a value or a list of them
}

// Sessions returns the names that riposte gives its sessions: riposte to read and to report, riposte-CASE to change.
func Sessions() []string { return []string{"riposte", "riposte-*"} }

// Trust returns the trust policy of every tier's role. Without an external id it would trust any caller that made riposte's
// role ask.
func Trust(t Trustee) (TrustDocument, error) {
	if t.Principal == "" || t.ExternalID == "" {
		return TrustDocument{}, errors.New("a trust policy names riposte's own role and an external id")
	}
	equals := map[string]any{"sts:ExternalId": t.ExternalID}
	if t.Organization != "" {
		equals["aws:PrincipalOrgID"] = t.Organization
	}
	return TrustDocument{Version: "2012-10-17", Statement: []TrustStatement{{
		Sid: "Riposte", Effect: "Allow", Principal: map[string]string{"AWS": t.Principal}, Action: "sts:AssumeRole",
		Condition: map[string]map[string]any{"StringEquals": equals, "StringLike": {"sts:RoleSessionName": Sessions()}},
	}}}, nil
}

// JSON returns the document as AWS takes it.
func (d TrustDocument) JSON() ([]byte, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("write trust policy: %w", err)
	}
	if _, err := iam.ParseTrust(b); err != nil {
		return nil, fmt.Errorf("write trust policy: %w", err)
	}
	return b, nil
}
