package world

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signature is what a signed request says of its signer, and the means to find out whether that is true.
type signature struct {
	key, token string
	valid      func(secret string) bool
}

// signatureOf reads a request's signature; its key is "" where the request is not signed.
func signatureOf(ctx context.Context, r *http.Request) signature {
	given := r.Header.Get("Authorization")
	_, rest, ok := strings.Cut(given, "Credential=")
	if !ok {
		return signature{}
	}
	scope := strings.Split(strings.SplitN(rest, ",", 2)[0], "/") // key/date/region/service/aws4_request
	at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
	if len(scope) != 5 || err != nil {
		return signature{}
	}
	s := signature{key: scope[0], token: r.Header.Get("X-Amz-Security-Token")}
	s.valid = func(secret string) bool {
		again := r.Clone(ctx)
		again.Header.Del("Authorization")
		c := aws.Credentials{AccessKeyID: s.key, SecretAccessKey: secret, SessionToken: s.token}
		err := v4.NewSigner().SignHTTP(ctx, c, again, v4.GetPayloadHash(ctx), scope[3], scope[2], at)
		return err == nil && again.Header.Get("Authorization") == given
	}
	return s
}
