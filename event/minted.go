package event

import "regexp"

// keyID is the id of an access key, long-lived or temporary. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
var keyID = regexp.MustCompile(`^A[KS]IA[0-9A-Z]{12,124}$`)

const (
	stsSource = "sts.amazonaws.com"
	iamSource = "iam.amazonaws.com"
)

// MayMint reports whether a call, by its source and name, may make an access key.
func MayMint(source, name string) bool {
	return source == stsSource || source == iamSource && name == "CreateAccessKey"
}

// Minted returns the id of the access key that a call made, which is no secret: of a session that STS opened (AssumeRole and its
// like), or of a user (CreateAccessKey). It is "" for any other call, and for one that was refused.
func (e Event) Minted() string {
	if e.Failed() || !MayMint(e.Source, e.Name) {
		return ""
	}
	var fault error
	answer, in := split(e.Response, "responseElements", &fault), "credentials"
	if e.Source == iamSource {
		in = "accessKey"
	}
	key := answer.object(in).text("accessKeyId")
	if fault != nil || !keyID.MatchString(key) {
		return ""
	}
	return key
}
