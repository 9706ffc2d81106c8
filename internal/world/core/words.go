package core

// Words are a service's own for what any call may meet: a caller without a right, a key that does not count, haste.
type Words struct {
	Denied       Refusal // its message stands before the common one
	BadKey       Refusal
	BadSignature Refusal
	Expired      Refusal
	Throttled    Refusal
	Recorded     func(*Refusal) string // the code as CloudTrail writes it; nil: as it is
}

const (
	invalidToken = "The security token included in the request is invalid."
	expiredToken = "The security token included in the request is expired"
	wrongSecret  = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)

// QueryWords are those of the services with a query protocol: IAM, STS, Auto Scaling.
func QueryWords() Words {
	return Words{
		Denied:       Refusal{Code: "AccessDenied", Status: 403},
		BadKey:       Refusal{Code: "InvalidClientTokenId", Message: invalidToken, Status: 403},
		BadSignature: Refusal{Code: "SignatureDoesNotMatch", Message: wrongSecret, Status: 403},
		Expired:      Refusal{Code: "ExpiredToken", Message: expiredToken, Status: 403},
		Throttled:    Refusal{Code: "Throttling", Message: "Rate exceeded", Status: 400},
	}
}

// JSONWords are those of the services with a JSON protocol, which call an unknown key's client unrecognized.
func JSONWords() Words {
	return Words{
		Denied:       Refusal{Code: "AccessDeniedException", Status: 400},
		BadKey:       Refusal{Code: "UnrecognizedClientException", Message: invalidToken, Status: 400},
		BadSignature: Refusal{Code: "SignatureDoesNotMatch", Message: wrongSecret, Status: 403},
		Expired:      Refusal{Code: "ExpiredTokenException", Message: expiredToken, Status: 400},
		Throttled:    Refusal{Code: "ThrottlingException", Message: "Rate exceeded", Status: 400},
	}
}

// EC2Words are EC2's: one word for all that may be wrong with a key, and codes that carry a prefix in records.
func EC2Words() Words {
	bad := Refusal{Code: "AuthFailure", Message: "AWS was not able to validate the provided access credentials", Status: 401}
	return Words{
		Denied: Refusal{Code: "UnauthorizedOperation", Message: "You are not authorized to perform this operation. ", Status: 403},
		BadKey: bad, BadSignature: bad,
		Expired:   Refusal{Code: "RequestExpired", Message: "Request has expired.", Status: 400},
		Throttled: Refusal{Code: "RequestLimitExceeded", Message: "Request limit exceeded.", Status: 503},
		Recorded:  func(r *Refusal) string { return "Client." + r.Code },
	}
}

// Denied is a refusal for want of a right, in the words of the call's service.
func (c *Call) Denied(n Need, why string) *Refusal {
	r := c.Service.Words.Denied
	r.Message += "User: " + c.By.ARN + " is not authorized to perform: " + n.Action
	if n.Resource != "*" {
		r.Message += " on resource: " + n.Resource
	}
	r.Message += " " + why
	return &r
}
