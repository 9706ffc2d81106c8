package core

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Listing is an operation that lists a shelf: by ids, by filters, in pages. The input's fields of filters and pages are
// found by the names that AWS gives them, the output's rows by their type.
type Listing struct {
	Basis    string
	IDs      string          // the input's field of ids, "" for none
	All      string          // a parameter that leaves in all that a place has: OwnerIds self
	Lenient  bool            // an id that does not exist is left out, without an error
	Page     int32           // how many it lists unless asked for another number, 0: as many as the world does
	BadToken func() *Refusal // nil: in EC2's words
}

// AsIs shows a row that is the SDK's own description.
func AsIs[T any](_ *Call, t *T) T { return *t }

const (
	tokenFields = "NextToken Marker NextMarker"
	sizeFields  = "MaxResults MaxRecords PageSize MaxItems"
)

// List is the row of a listing of a shelf. What is shown of a row is what filters look at.
func List[I, O, T, V any](s *Shelf[T], l Listing, show func(*Call, *T) V) Operation {
	knows := l.IDs + " " + l.All
	for _, name := range strings.Fields("Filters PathPrefix " + tokenFields + " " + sizeFields) {
		if _, has := reflect.TypeFor[I]().FieldByName(name); has && (name != "Filters" || s.Filters != nil) {
			knows += " " + name
		}
	}
	return Define(Spec[I, O]{Basis: l.Basis, Knows: knows, Answer: func(c *Call, in *I) (*O, *Refusal) {
		v, out := reflect.ValueOf(in).Elem(), new(O)
		chosen, refused := chosen(c.At, s, l, v)
		if refused != nil {
			return nil, refused
		}
		all := make([]V, 0, len(chosen))
		for _, t := range chosen {
			all = append(all, show(c, t))
		}
		if prefix := aws.ToString(field[*string](v, "PathPrefix")); prefix != "" {
			all = slices.DeleteFunc(all, func(x V) bool { return !strings.HasPrefix(texts(reflect.ValueOf(x), "Path")[0], prefix) })
		}
		if f := v.FieldByName("Filters"); f.IsValid() && f.Len() > 0 {
			if all, refused = filtered(all, f, s.Filters); refused != nil {
				return nil, refused
			}
		}
		page, next, refused := paged(l, all, v)
		if refused != nil {
			return nil, refused
		}
		fill(reflect.ValueOf(out).Elem(), page, next)
		return out, nil
	}})
}

func chosen[T any](at At, s *Shelf[T], l Listing, in reflect.Value) ([]*T, *Refusal) {
	all := s.Sorted(at)
	if l.IDs == "" {
		return all, nil
	}
	ids := in.FieldByName(l.IDs).Interface().([]string)
	switch {
	case len(ids) == 0:
		return all, nil
	case l.Lenient:
		return slices.DeleteFunc(all, func(t *T) bool { return !slices.Contains(ids, texts(reflect.ValueOf(t), s.ID)[0]) }), nil
	}
	return s.Some(at, ids)
}

func paged[V any](l Listing, all []V, in reflect.Value) ([]V, *string, *Refusal) {
	token, size := field[*string](in, tokenFields), field[*int32](in, sizeFields)
	if size == nil && l.Page > 0 {
		size = &l.Page
	}
	page, next, refused := Paged(all, token, size)
	if refused != nil && l.BadToken != nil {
		refused = l.BadToken()
	}
	return page, next, refused
}

// field is the first of several fields that an input has.
func field[F any](v reflect.Value, names string) (f F) {
	for _, name := range strings.Fields(names) {
		if x := v.FieldByName(name); x.IsValid() {
			return x.Interface().(F)
		}
	}
	return f
}

// fill puts a page and the token of the next into an output.
func fill[V any](out reflect.Value, page []V, next *string) {
	for i := range out.NumField() {
		switch f := out.Field(i); {
		case f.Type() == reflect.TypeFor[[]V]():
			f.Set(reflect.ValueOf(page))
		case slices.Contains(strings.Fields(tokenFields), out.Type().Field(i).Name):
			f.Set(reflect.ValueOf(next))
		case out.Type().Field(i).Name == "IsTruncated":
			f.SetBool(next != nil)
		}
	}
}

// largestPage is how many results the world gives at once where the caller asks for no number.
const largestPage = 1000

// Paged cuts one page. The token is opaque to callers; here it is the number of results before it.
func Paged[T any](all []T, token *string, size *int32) ([]T, *string, *Refusal) {
	from, most := 0, largestPage
	if token != nil {
		n, err := strconv.Atoi(*token)
		if err != nil || n < 0 || n > len(all) {
			return nil, nil, Refuse("InvalidParameterValue", "Unable to parse pagination token")
		}
		from = n
	}
	if size != nil {
		most = int(*size)
	}
	if most < 1 {
		return nil, nil, Refuse("InvalidParameterValue", "Value ( %d ) for parameter maxResults is invalid.", most)
	}
	if from+most >= len(all) {
		return all[from:], nil, nil
	}
	return all[from : from+most], aws.String(strconv.Itoa(from + most)), nil
}
