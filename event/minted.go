package event

import "regexp"

// keyID is the id of an access key, long-lived or temporary. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
var keyID = regexp.MustCompile(`^A[KS]IA[0-9A-Z]{12,124}$`)

// Minted returns the id of the access key that a call made, which is no secret: of a session that STS opened (AssumeRole and its
// like), or of a user (CreateAccessKey). It is "" for any other call, and for one that was refused.
func (e Event) Minted() string {
	if e.Failed() {
		return ""
	}
	var fault error
	key := ""
	switch answer := split(e.Response, "responseElements", &fault); {
	case e.Source == "sts.amazonaws.com":
		key = answer.object("credentials").text("accessKeyId")
	case e.Source == "iam.amazonaws.com" && e.Name == "CreateAccessKey":
		key = answer.object("accessKey").text("accessKeyId")
	}
	if fault != nil || !keyID.MatchString(key) {
		return ""
	}
	return key
}
