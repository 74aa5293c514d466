import sys

from bench.inbox import main

sys.exit(main())
