package launch

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What EC2 writes into the fields that parameters are compared with: a parameter of another shape can match nothing, and
// then an image that was meant to be allowed is answered. Ids had eight hexadecimal digits once and have seventeen now.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
var (
	accountID = regexp.MustCompile(`^[0-9]{12}$`)
	hyphened  = regexp.MustCompile(`^[0-9]{4}-[0-9]{4}-[0-9]{4}$`) // as the console writes an account's id
	hexID     = regexp.MustCompile(`^([0-9a-f]{8}|[0-9a-f]{17})$`)
)

// ownerNames are the owners that need no account's id: the account that launches, any of its organisation, and what ImageOwnerAlias may hold
// (EC2, Image).
func ownerNames() []string {
	return []string{ownerSelf, ownerOrganization, "amazon", "aws-marketplace", "aws-backup-vault"}
}

// wrongOwner says why no image can have the owner, "" where one can.
func wrongOwner(o string) string {
	part := strings.Split(o, ":")
	switch {
	case accountID.MatchString(o) || slices.Contains(ownerNames(), o):
		return ""
	case hyphened.MatchString(o):
		return fmt.Sprintf("%q: an account's id has no hyphens here: %q", o, strings.ReplaceAll(o, "-", ""))
	case part[0] == "arn" && len(part) > 4 && accountID.MatchString(part[4]):
		return fmt.Sprintf("an owner is the account's id alone: %q", part[4])
	case o != "" && strings.Trim(o, "0123456789") == "":
		return fmt.Sprintf("%q has %d digits, an account's id twelve; leading zeros count", o, len(o))
	}
	return fmt.Sprintf("%q owns no image: want an account's twelve digits in quotes, or one of %s", o, strings.Join(ownerNames(), ", "))
}

// wrongID says why EC2 can't have given the id, "" where it can.
func wrongID(prefix, of, id string) string {
	if digits, ok := strings.CutPrefix(id, prefix); ok && hexID.MatchString(digits) {
		return ""
	}
	return fmt.Sprintf("%q can't be the id of %s: want %s and 17 hexadecimal digits, or 8", id, of, prefix)
}
