package console

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
)

// ALB is an application load balancer that has people sign in:
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
type ALB struct {
	ARN      string // the load balancer's: what another one signs is refused, though its keys stand at the same place
	ClientID string // that the provider has given it; "": any that it signs for
	Keys     string // URL before a key's id; "": AWS's, of the region in the ARN
}

const (
	albHeader = "X-Amzn-Oidc-Data"
	mostKeys  = 16      // that are kept
	mostKey   = 4 << 10 // bytes of one
)

var (
	keyID  = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	albARN = regexp.MustCompile(`^arn:(aws|aws-us-gov):elasticloadbalancing:([a-z0-9-]+):[0-9]{12}:loadbalancer/app/[^/]+/[^/]+$`)
)

// balancer verifies what a load balancer signs. Its tokens are padded, which JOSE forbids and libraries refuse.
type balancer struct {
	ALB
	client *http.Client
	clock  func() time.Time

	mu   sync.Mutex
	keys map[string]*ecdsa.PublicKey
}

func newBalancer(a ALB, client *http.Client, clock func() time.Time) (*balancer, error) {
	found := albARN.FindStringSubmatch(a.ARN)
	switch {
	case found == nil:
		return nil, fmt.Errorf("console.alb: %q is no ARN of an application load balancer of the partitions aws and aws-us-gov", a.ARN)
	case a.Keys != "":
	case found[1] == "aws":
		a.Keys = "https://public-keys.auth.elb." + found[2] + ".amazonaws.com/"
	default:
		a.Keys = "https://s3-" + found[2] + ".amazonaws.com/aws-elb-public-keys-prod-" + found[2] + "/"
	}
	return &balancer{ALB: a, client: client, clock: clock, keys: map[string]*ecdsa.PublicKey{}}, nil
}

// verify reads a token of this load balancer's, and of none other.
func (b *balancer) verify(ctx context.Context, token string) (claims, error) {
	part := strings.Split(token, ".")
	if len(part) != 3 {
		return claims{}, errors.New("the token has not three parts")
	}
	var head struct {
		Alg, Kid, Signer, Client string
		Exp                      int64
	}
	if err := decoded(part[0], &head); err != nil {
		return claims{}, fmt.Errorf("the token's head: %w", err)
	}
	switch {
	case head.Alg != "ES256":
		return claims{}, fmt.Errorf("the token is signed by %q: want ES256", head.Alg)
	case head.Signer != b.ARN:
		return claims{}, fmt.Errorf("the token is signed by %q, which is not console.alb.arn", head.Signer)
	case b.ClientID != "" && head.Client != b.ClientID:
		return claims{}, fmt.Errorf("the token is for client %q, which is not console.alb.client_id", head.Client)
	case head.Exp <= b.clock().Unix():
		return claims{}, errors.New("the token has expired")
	}
	key, err := b.key(ctx, head.Kid)
	if err != nil {
		return claims{}, err
	}
	sum := sha256.Sum256([]byte(part[0] + "." + part[1]))
	signature, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part[2], "="))
	if err != nil || len(signature) != 64 || !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])) {
		return claims{}, errors.New("the token's signature is not that of its key")
	}
	var said claims
	return said, decoded(part[1], &said)
}

// decoded reads a part, padded or not.
func decoded(part string, into any) error {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part, "="))
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

// key is a public key by its id, which is a UUID and no path. One that was read is kept: AWS gives an id to no other.
func (b *balancer) key(ctx context.Context, id string) (*ecdsa.PublicKey, error) {
	if !keyID.MatchString(id) {
		return nil, fmt.Errorf("the token's key has the id %q: want a UUID", id)
	}
	b.mu.Lock()
	key := b.keys[id]
	b.mu.Unlock()
	if key != nil {
		return key, nil
	}
	key, err := b.fetch(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("the token's key %s: %w", id, err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.keys) >= mostKeys {
		clear(b.keys)
	}
	b.keys[id] = key
	return key, nil
}

func (b *balancer) fetch(ctx context.Context, id string) (*ecdsa.PublicKey, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.Keys+id, nil)
	if err != nil {
		return nil, err
	}
	answer, err := b.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, mostKey))
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("AWS answers %s", answer.Status), err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("what AWS has there is no key")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("what AWS has there is no key for ES256")
	}
	return key, nil
}
