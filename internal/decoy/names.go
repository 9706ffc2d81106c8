package decoy

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"regexp"
)

// Name makes up a name that many accounts have. One by a person who knows what users are called there is better: this list can be read by
// a thief, too.
func Name() (string, error) {
	whats := []string{"artifact", "backup", "billing", "catalog", "export", "image", "invoice", "log", "mail", "media", "metrics", "report"}
	does := []string{"agent", "archiver", "loader", "reader", "sync", "upload", "worker", "writer"}
	n, err := rand.Int(rand.Reader, big.NewInt(int64(len(whats)*len(does))))
	if err != nil {
		return "", fmt.Errorf("make up a name: %w", err)
	}
	i := int(n.Int64())
	return whats[i/len(does)] + "-" + does[i%len(does)], nil
}

// Valid reports whether IAM takes a user's name.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
func Valid(name string) bool { return userName.MatchString(name) }

var userName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
