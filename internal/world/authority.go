package world

// need is one right that a call needs. Context are the condition keys that only the call knows (ec2:Attribute,
// iam:PolicyARN); those of the principal and of the world are the authorizer's.
type need struct {
	Action   string // ec2:TerminateInstances
	Resource string // an ARN, or "*"
	Context  map[string][]string
}

// authorizer decides whether the caller has a right; nil means yes.
type authorizer func(*call, need) *refusal

// denied is a refusal for want of a right, in the words of the call's service.
func (c *call) denied(n need, why string) *refusal {
	message := "User: " + c.by.arn + " is not authorized to perform: " + n.Action
	if n.Resource != "*" {
		message += " on resource: " + n.Resource
	}
	message += " " + why
	if c.service == "ec2" {
		return refuse("UnauthorizedOperation", "You are not authorized to perform this operation. %s", message).as(403)
	}
	if c.service == "ssm" || c.service == "securityhub" {
		return refuse("AccessDeniedException", "%s", message)
	}
	return refuse("AccessDenied", "%s", message).as(403)
}

// on asks for one action on several resources.
func on(action string, arns ...string) []need {
	all := make([]need, 0, len(arns))
	for _, a := range arns {
		all = append(all, need{Action: action, Resource: a})
	}
	return all
}

// authenticate finds who signed. EC2 has one word for all that may be wrong with a key, the query services say whether
// it is the key or the signature, the JSON services call an unknown key's client unrecognized.
func (s *state) authenticate(service string, sig signature) (principal, *refusal) {
	if sig.key == "" {
		return principal{}, refuse("MissingAuthenticationToken", "Request is missing Authentication Token").as(403)
	}
	k, ok := s.credential(sig.key)
	if !ok || !k.active || k.token != sig.token {
		return principal{}, badKey(service)
	}
	if k.expired {
		return principal{}, expired(service)
	}
	if !sig.valid(k.secret) {
		return principal{}, badSignature(service)
	}
	return k.principal, nil
}

func badKey(service string) *refusal {
	switch service {
	case "ec2":
		return refuse("AuthFailure", "AWS was not able to validate the provided access credentials").as(401)
	case "ssm", "securityhub":
		return refuse("UnrecognizedClientException", "The security token included in the request is invalid.")
	}
	return refuse("InvalidClientTokenId", "The security token included in the request is invalid.").as(403)
}

func badSignature(service string) *refusal {
	if service == "ec2" {
		return badKey(service)
	}
	return refuse("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.").as(403)
}

func expired(service string) *refusal {
	switch service {
	case "ec2":
		return refuse("RequestExpired", "Request has expired.")
	case "ssm", "securityhub":
		return refuse("ExpiredTokenException", "The security token included in the request is expired")
	}
	return refuse("ExpiredToken", "The security token included in the request is expired").as(403)
}
