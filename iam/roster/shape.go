package roster

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
)

// listing is what a file may hold, by the names of AWS's command line. What is not named here (a function's environment, user data) is
// dropped while it is decoded.
type listing struct {
	Users                  []user                 `json:"UserDetailList"`
	Groups                 []group                `json:"GroupDetailList"`
	Roles                  []role                 `json:"RoleDetailList"`
	Policies               []managed              `json:"Policies"`
	IsTruncated            bool                   `json:"IsTruncated"`
	NextToken              string                 `json:"NextToken"`
	Functions              []function             `json:"Functions"`
	Reservations           []reservation          `json:"Reservations"`
	Centers                []center               `json:"Instances"` // of Identity Center
	Organization           *organization          `json:"Organization"`
	ServiceControlPolicies map[string][][]control `json:"ServiceControlPolicies"` // by account, a list of policies for each level from the root
}

type user struct {
	ARN      string     `json:"Arn"`
	Inline   []inline   `json:"UserPolicyList"`
	Groups   []string   `json:"GroupList"`
	Attached []attached `json:"AttachedManagedPolicies"`
	Boundary boundary   `json:"PermissionsBoundary"`
	Tags     []tag      `json:"Tags"`
}

type group struct {
	Name     string     `json:"GroupName"`
	ARN      string     `json:"Arn"`
	Inline   []inline   `json:"GroupPolicyList"`
	Attached []attached `json:"AttachedManagedPolicies"`
}

type role struct {
	ARN      string     `json:"Arn"`
	Trust    document   `json:"AssumeRolePolicyDocument"`
	Profiles []profile  `json:"InstanceProfileList"`
	Inline   []inline   `json:"RolePolicyList"`
	Attached []attached `json:"AttachedManagedPolicies"`
	Boundary boundary   `json:"PermissionsBoundary"`
	Tags     []tag      `json:"Tags"`
}

type inline struct {
	Name     string   `json:"PolicyName"`
	Document document `json:"PolicyDocument"`
}

type attached struct {
	ARN string `json:"PolicyArn"`
}

type boundary struct {
	ARN string `json:"PermissionsBoundaryArn"`
}

type tag struct{ Key, Value string }

type profile struct {
	ARN string `json:"Arn"`
}

type managed struct {
	ARN      string    `json:"Arn"`
	Versions []version `json:"PolicyVersionList"`
}

type version struct {
	Document document `json:"Document"`
	Default  bool     `json:"IsDefaultVersion"`
}

type function struct {
	ARN  string `json:"FunctionArn"`
	Role string `json:"Role"`
}

type reservation struct {
	Owner     string     `json:"OwnerId"`
	Instances []instance `json:"Instances"`
}

type instance struct {
	ID        string  `json:"InstanceId"`
	Profile   profile `json:"IamInstanceProfile"`
	Placement struct {
		Zone string `json:"AvailabilityZone"`
	} `json:"Placement"`
	Tags []tag `json:"Tags"`
}

type organization struct {
	ID         string `json:"Id"`
	Management string `json:"MasterAccountId"`
}

type center struct {
	Owner string `json:"OwnerAccountId"`
}

type control struct {
	Name     string   `json:"Name"`
	Document document `json:"Document"`
}

// document is a policy's text without white space, whether it was printed as an object, as a string, or as the API sends it.
type document string

// UnmarshalJSON never fails: a text that is no policy is for the policy language to refuse, with its name beside it.
func (d *document) UnmarshalJSON(b []byte) error {
	text := string(b)
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		if plain, err := url.QueryUnescape(text); err == nil && len(text) > 0 && text[0] == '%' {
			text = plain
		}
	}
	var out bytes.Buffer
	if json.Compact(&out, []byte(text)) == nil {
		text = out.String()
	}
	*d = document(text)
	return nil
}

// decode reads a file. A value of the wrong type is an error that names it; what could be read beside it is returned all the same.
func decode(b []byte) (l listing, err error) {
	err = json.Unmarshal(bytes.TrimPrefix(b, []byte("\ufeff")), &l)
	if wrong := (*json.UnmarshalTypeError)(nil); err != nil && !errors.As(err, &wrong) {
		return listing{}, err
	}
	return l, err
}

func (l *listing) details() bool {
	return len(l.Users)+len(l.Groups)+len(l.Roles)+len(l.Policies) > 0
}

func (l *listing) empty() bool {
	return !l.details() && len(l.Functions)+len(l.Reservations)+len(l.Centers)+len(l.ServiceControlPolicies) == 0 && l.Organization == nil
}
