// Package state reads Terraform's states. They hold secrets: of everything in one, the wanted attributes of the wanted types leave
// this package (wanted.go), and no error quotes what stands in it.
package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// What a state may be at most. A larger one is told, not read.
const (
	Most       = 256 << 20 // bytes, unless the caller says less
	mostThings = 200_000   // of wanted types
	mostText   = 1024      // of a name or an id, which AWS keeps shorter
)

// Thing is one resource of a state: its address, and what finds it in AWS.
type Thing struct {
	Type    string // aws_launch_template
	Address string // module.site.aws_launch_template.web["a"]
	ID      string
	ARN     string // "" where the provider says none
}

// What a state is that can't be read, whatever else is in it.
var (
	errEncrypted = errors.New("it is encrypted: riposte can't read it")
	errCut       = errors.New("it ends too soon: it was cut off, or is being written")
	errMany      = fmt.Errorf("it has more than %d resources of the wanted types", mostThings)
	errShape     = errors.New("it is not what Terraform writes")
)

// Read reads one state, token by token: of 200 MB, no more is in memory than what leaves and one value. Of one that can't be read whole nothing
// is returned: half a state would say of a resource that no code makes it.
func Read(r io.Reader, most int64) ([]Thing, error) {
	limited := &io.LimitedReader{R: r, N: most + 1}
	d := &decoder{json: json.NewDecoder(limited), kinds: kinds(), wanted: wantedAttributes()}
	err := d.root()
	switch at := d.json.InputOffset(); {
	case limited.N <= 0:
		return nil, fmt.Errorf("it has more than %d MiB", most>>20)
	case err == nil:
		return d.things, nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("%w (after %d bytes)", errCut, at)
	default:
		return nil, fmt.Errorf("%w (at byte %d)", err, at)
	}
}

type decoder struct {
	json   *json.Decoder
	kinds  map[string]kind
	wanted map[string]bool
	things []Thing
	err    error // of the last scalar
}

// token is the next one. What encoding/json says of what it can't read may quote it, and is left out.
func (d *decoder) token() (json.Token, error) {
	t, err := d.json.Token()
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return t, err
	}
	var wrong *json.SyntaxError
	if errors.As(err, &wrong) {
		return nil, errShape
	}
	return nil, errors.New("it could not be read to its end")
}

// root reads the whole file. https://developer.hashicorp.com/terraform/internals/json-format does not say how states are written; this is
// how internal/states/statefile of Terraform writes version 4.
func (d *decoder) root() error {
	version := ""
	err := d.object(func(key string) error {
		switch key {
		case "version":
			if version = d.scalar(); d.err != nil {
				return d.failed()
			}
			if version != "4" {
				return fmt.Errorf("it has version %s: riposte reads version 4, which Terraform 0.12 and later write", numbered(version))
			}
			return nil
		case "encrypted_data", "encryption_version": // https://opentofu.org/docs/language/state/encryption/
			return errEncrypted
		case "resources":
			return d.array(d.resource)
		}
		return d.skip()
	})
	if err != nil {
		return err
	}
	if version == "" {
		return errShape
	}
	if _, err := d.token(); !errors.Is(err, io.EOF) {
		return errShape // something follows it
	}
	return nil
}

// numbered is a version that is a number; any other may be anything, and is not said.
func numbered(version string) string {
	if n, err := strconv.ParseUint(version, 10, 16); err == nil {
		return strconv.FormatUint(n, 10)
	}
	return "that is no number"
}

// instance is what is read of one before the type is known.
type instance struct {
	index  string // ["a"], [0], ""
	values map[string]string
}

// resource reads one element of resources. Its keys come in any order.
func (d *decoder) resource() error {
	head, instances := map[string]string{}, []instance{}
	err := d.object(func(key string) error {
		switch key {
		case "module", "mode", "type", "name":
			head[key] = d.scalar()
			return d.failed()
		case "instances":
			return d.array(func() error {
				one, err := d.instance()
				if instances = append(instances, one); len(instances) > mostThings {
					return errMany
				}
				return err
			})
		}
		return d.skip()
	})
	k, wanted := d.kinds[head["type"]]
	if err != nil || !wanted || head["mode"] != "managed" {
		return err
	}
	address := head["type"] + "." + head["name"]
	if head["module"] != "" {
		address = head["module"] + "." + address
	}
	for _, one := range instances {
		d.things = append(d.things, Thing{Type: head["type"], Address: address + one.index, ID: k.idOf(one.values), ARN: one.values["arn"]})
	}
	if len(d.things) > mostThings {
		return errMany
	}
	return nil
}

// instance reads one: its index, and of its attributes the wanted ones.
func (d *decoder) instance() (one instance, err error) {
	one.values = map[string]string{}
	err = d.object(func(key string) error {
		switch key {
		case "index_key":
			t, err := d.token()
			switch v := t.(type) {
			case string:
				one.index = fmt.Sprintf("[%q]", cut(v))
			case float64:
				one.index = "[" + strconv.FormatFloat(v, 'f', -1, 64) + "]"
			case json.Delim:
				return errShape
			}
			return err
		case "attributes":
			return d.objectOrNull(func(name string) error {
				if !d.wanted[name] {
					return d.skip()
				}
				one.values[name] = d.scalar()
				return d.failed()
			})
		}
		return d.skip()
	})
	return one, err
}
